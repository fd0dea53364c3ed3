/**
 * What a rule list hits among names, as `rules collateral` works it out, over bytes that a reader pasted or picked. Pure:
 * nothing is sent anywhere. Throws with a sentence where there is no rule, or no name, in what was given.
 */
import type { Problem } from "../../../src/base/problem.ts";
import { Collateral, collateralByRule, compareCollateral } from "../../../src/rules/collateral.ts";
import { collateralRows } from "../../../src/rules/collateral-rows.ts";
import { explainMatch } from "../../../src/rules/explain.ts";
import { UNKNOWN_ADDRESS } from "../../../src/rules/flow.ts";
import { compileRules } from "../../../src/rules/matcher.ts";
import type { RuleList } from "../../../src/rules/rule.ts";
import { RuleReading } from "../../../src/rules/rule-reading.ts";
import { readPopularName, TableRows } from "../../../src/rules/table-rows.ts";
import type { ListReading, RulesAnswer, RulesQuestion } from "./answer.ts";

const MOST_PROBLEMS = 20;
/** Names times rules that are looked at one by one, to say why. */
const MOST_LOOKS = 2_000_000;
const CHUNK_BYTES = 1 << 16;

export function workOut(question: RulesQuestion): RulesAnswer {
  const { timeMs, protocol, port } = question;
  const setting = { timeMs, protocol, port };
  const now = readList(question.now, "the list");
  const before = question.before && readList(question.before, "the earlier version");
  const sums = [now, ...(before ? [before] : [])].map(({ list }) => new Collateral(list, setting));
  const [own, old] = [sums[0]!, sums[1]];
  const namesBroken = readNames(question.names, (name) => {
    for (const one of sums) one.addName(name);
  });
  for (const one of sums) one.end();
  if (own.names === 0) throw new Error("no name to look at: one a line, or rank,name");
  const change = old && compareCollateral(old, own);
  const matchers = { now: compileRules(now.list), before: before && compileRules(before.list) };
  const explained = Math.floor(MOST_LOOKS / Math.max(1, now.list.rules.length));
  return {
    now: now.reading,
    ...(before && { before: before.reading }),
    namesBroken,
    ...{ names: own.names, hit: own.hit, intended: own.intended, collateral: own.hits.length },
    share: own.shareOf(own.hits),
    ...(change && {
      change: { freed: change.freed.length, added: change.added.length, kept: change.kept.length },
    }),
    byRule: collateralByRule(own).map(({ rule, hits, share }) => ({
      ...{ rule: rule.id, intent: rule.intent, names: hits.length, share },
    })),
    rows: collateralRows(own, old).map(({ name, rank, share, rule, pattern, prefix, change: kind }, at) => {
      const matcher = kind === "freed" ? matchers.before! : matchers.now;
      const flow = { ...setting, name, address: UNKNOWN_ADDRESS };
      return {
        ...{
          name,
          rank: rank ?? undefined,
          share,
          rule,
          pattern: pattern ?? prefix ?? undefined,
          change: kind,
        },
        because: at < explained ? explainMatch(matcher, flow).sentence : undefined,
      };
    }),
  };
}

function readList(bytes: Uint8Array, what: string): { list: RuleList; reading: ListReading } {
  const problems: string[] = [];
  let problemCount = 0;
  const note = ({ line, reason }: Problem): void => {
    if (++problemCount <= MOST_PROBLEMS)
      problems.push(line === undefined ? reason : `line ${line}: ${reason}`);
  };
  const read = new RuleReading({ form: undefined, by: "name" }, note);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    if (!read.push(bytes.subarray(at, at + CHUNK_BYTES))) break;
  const { list } = read.end("pasted");
  if (list.rules.length === 0)
    throw new Error(`${what}: no rule in it can be read${problems[0] ? ` (${problems[0]})` : ""}`);
  return { list, reading: { rules: list.rules.length, problems, problemCount } };
}

/** How many lines were no name. A list without ranks is ranked by its order. */
function readNames(bytes: Uint8Array, onName: (name: { rank: number; name: string }) => void): number {
  const isRanked = new TextDecoder().decode(bytes.subarray(0, CHUNK_BYTES)).includes(",");
  let rank = 0;
  const rows = new TableRows(
    (fields) => readPopularName(isRanked ? fields : [String(rank + 1), ...fields]),
    (name) => {
      rank++;
      onName(name);
    },
    () => {},
  );
  rows.push(bytes);
  rows.end();
  return rows.broken;
}
