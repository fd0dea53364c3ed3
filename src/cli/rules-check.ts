/**
 * `brakelight rules check NAME...`: which rule of a list matches each name, and why.
 */
import type { Command } from "commander";
import { addressBytes, formatPrefix } from "../rules/address-prefix.ts";
import { hitFields } from "../rules/collateral-rows.ts";
import { type Explanation, explainMatch, formatTime } from "../rules/explain.ts";
import { bytesAsText, type Flow, UNKNOWN_ADDRESS } from "../rules/flow.ts";
import { compileRules } from "../rules/matcher.ts";
import { parsePattern, quoted } from "../rules/name-pattern.ts";
import { colours as pc } from "./colours.ts";
import { CommandError } from "./command-error.ts";
import { Sink } from "./output.ts";
import { readRuleFile } from "./rules-file.ts";
import {
  addFlowOptions,
  type FlowOptions,
  failOnProblems,
  readPort,
  readTime,
  warnOfProblems,
} from "./rules-options.ts";
import type { RulesRecord } from "./rules-schema.ts";

interface CheckOptions extends FlowOptions {
  readonly address?: string;
  readonly json?: boolean;
}

const MOST_OTHERS_SHOWN = 5;

export function addCheck(rules: Command): void {
  addFlowOptions(rules.command("check"))
    .description("say which rule of a list matches a name, and why")
    .argument("<name...>", "names as a packet would carry them")
    .option("--address <address>", "of the outside end, for rules that ask for it")
    .option("--json", "one JSON record a name (docs/format.md)")
    .action(check);
}

async function check(names: readonly string[], options: CheckOptions): Promise<void> {
  const timeMs = readTime("--at", options.at);
  const port = readPort(options.port);
  const address = options.address === undefined ? UNKNOWN_ADDRESS : addressBytes(options.address);
  if (!address) throw new CommandError(`--address: ${quoted(options.address ?? "")} is no address`);
  const file = await readRuleFile(options.rules, { form: options.form, by: options.by });
  warnOfProblems(file);
  const matcher = compileRules(file.list);
  const sink = new Sink();
  for (const given of names) {
    const name = asSent(given);
    const flow: Flow = { name, protocol: options.protocol, address, port, timeMs };
    const explanation = explainMatch(matcher, flow);
    if (options.json) sink.line(JSON.stringify(matchRecord(given, flow, explanation)));
    else sink.line(sentence(given, explanation));
  }
  await sink.finish();
  failOnProblems([file]);
}

/** Names in other scripts as packets carry them; whatever is no name, byte for byte. */
function asSent(given: string): string {
  const pattern = /^[!-~]*$/.test(given) ? undefined : parsePattern(given);
  return pattern?.ok && pattern.value.kind === "exact" ? pattern.value.text : bytesAsText(given);
}

function sentence(given: string, { hit, others, otherCount, sentence }: Explanation): string {
  const name = pc.bold(quoted(given).slice(1, -1));
  const rest = others.slice(0, MOST_OTHERS_SHOWN).map(({ rule }) => quoted(rule.id));
  const more = otherCount > rest.length ? ` and ${otherCount - rest.length} more` : "";
  const also = otherCount > 0 ? `; ${rest.join(", ")}${more} would match after it` : "";
  return `${name}: ${hit ? pc.yellow("hit") : pc.green("not hit")}, ${sentence}${also}`;
}

function matchRecord(
  given: string,
  flow: Flow,
  { hit, others, otherCount, sentence }: Explanation,
): RulesRecord {
  const { protocol, port, address, timeMs } = flow;
  return {
    type: "rule-match",
    name: given,
    protocol,
    port,
    address: address === UNKNOWN_ADDRESS ? null : formatPrefixOf(address),
    time: formatTime(timeMs),
    ...(hit ? hitFields(hit) : { rule: null, pattern: null, prefix: null }),
    action: hit?.rule.action.kind ?? null,
    because: sentence,
    others: others.map(hitFields),
    otherCount,
  };
}

function formatPrefixOf(address: Uint8Array): string {
  return formatPrefix({ version: address.length === 4 ? 4 : 6, bytes: address, bits: 8 * address.length });
}
