/**
 * What really limited a transfer of the laboratory: the truth that it wrote down for the client and the site at the time,
 * else the client's own link as the scenario has it. Nothing of what was measured.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadScenario, scenarioPath } from "../../src/lab/run/load-scenario.ts";
import type { AccessNetwork, Scenario } from "../../src/lab/scenario/scenario.ts";
import { planTopology } from "../../src/lab/topology/plan-topology.ts";
import { type Truth, truthSchema } from "../../src/observation/truth.ts";
import type { Slowness } from "../../src/observation/vocabulary.ts";

/** Of a box or blocker: its own word. "slow link": a rate below SLOW_BPS; "lossy link": random loss. */
export type Cause =
  | "policed"
  | "shaped"
  | "frozen"
  | "delayed"
  | "congested"
  | "slow link"
  | "lossy link"
  | "free"
  | "no transfer";

export interface TrueTransfer {
  readonly cause: Cause;
  /** Of policers and shapers, bit/s of IP packets and bytes. */
  readonly rateBps?: number;
  readonly burstBytes?: number;
}

const SLOW_BPS = 1_000_000;
/** Flows begin when their round does; the truth was written just before. */
const CLOCK_SLACK_US = 1_000;

/**
 * Words that are right for each cause. A link that nobody restricts may be limited by either end, by its queue (a steady
 * rate with delay looks shaped, and is) or by nothing.
 */
export const RIGHT: Readonly<Record<Cause, readonly Slowness[]>> = {
  policed: ["policed"],
  shaped: ["shaped"],
  frozen: ["frozen"],
  delayed: ["delayed", "unimpeded", "sender-limited", "receiver-limited", "congested"],
  congested: ["congested", "shaped"],
  "slow link": ["shaped", "congested"],
  "lossy link": ["lossy"],
  free: ["unimpeded", "sender-limited", "receiver-limited", "congested", "shaped"],
  "no transfer": [],
};

export class LabTruth {
  readonly #scenario: Scenario;
  readonly #clients = new Map<
    string,
    { readonly client: string; readonly network: AccessNetwork | undefined }
  >();
  readonly #truths: Truth[];
  readonly #clockOffsetUs: number;

  /** `clockOffsetUs`: of this machine, epoch minus packet clock. */
  constructor(scenario: string, folder: string, clockOffsetUs: number) {
    const loaded = loadScenario(scenarioPath(scenario)!);
    if (!loaded.ok) throw new Error(`${scenario}: ${loaded.problem.reason}`);
    this.#scenario = loaded.value;
    this.#clockOffsetUs = clockOffsetUs;
    for (const [client, { v4, v6 }] of planTopology(loaded.value).clients) {
      const network = this.#scenario.networks.find(({ clients }) =>
        clients.some(({ name }) => name === client),
      );
      for (const address of [v4, v6]) if (address) this.#clients.set(address, { client, network });
    }
    this.#truths = readFileSync(join(folder, "truth.jsonl"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => truthSchema.parse(JSON.parse(line)));
  }

  /** Whether the address is a client's. */
  clientAt(address: string): string | undefined {
    return this.#clients.get(address)?.client;
  }

  /** `startUs`: since the epoch, as the capture has it. */
  of(address: string, site: string, direction: "up" | "down", startUs: number): TrueTransfer | undefined {
    const { client, network } = this.#clients.get(address)!;
    const atUs = startUs - this.#clockOffsetUs + CLOCK_SLACK_US;
    const truth = this.#truths
      .filter((one) => one.client === client && one.site === site && one.packetUs <= atUs)
      .at(-1);
    if (!truth) return undefined;
    const cap = network && this.#uploadCap(network, direction);
    if (cap && (truth.rateBps === undefined || cap.rateBps! < truth.rateBps)) return cap;
    const acts =
      truth.directions === undefined || truth.directions === "both" || truth.directions === direction;
    if (truth.slowness !== undefined && acts) {
      const { rateBps, burstBytes } = truth;
      const limit =
        rateBps === undefined ? {} : { rateBps, ...(burstBytes === undefined ? {} : { burstBytes }) };
      return { cause: truth.slowness as Cause, ...limit };
    }
    if (truth.state === "blocked" || truth.state === "down") return { cause: "no transfer" };
    return { cause: linkCause(network?.[direction]) };
  }

  /** A blocker that shapes everything stands before the box that the truth names. */
  #uploadCap({ blocker }: AccessNetwork, direction: "up" | "down"): TrueTransfer | undefined {
    const rule = blocker && this.#scenario.rules[blocker.rules]?.rules.find(({ any }) => any);
    if (rule?.action.kind !== "shape" || ![direction, "both"].includes(rule.action.directions))
      return undefined;
    return { cause: "shaped", rateBps: rule.action.rateBps, burstBytes: rule.action.burstBytes };
  }
}

function linkCause(link: { readonly rateBps?: number; readonly loss: number } | undefined): Cause {
  if (link && link.loss > 0) return "lossy link";
  if (link?.rateBps !== undefined && link.rateBps < SLOW_BPS) return "slow link";
  return "free";
}
