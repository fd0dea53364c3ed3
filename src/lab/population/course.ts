/**
 * What a state of the truth does to an attempt: how it is slowed, or at which step and how it ends. The truth names rules
 * and faults; their details are the scenario's. A fault or rule that people added to a run by hand is not in the
 * scenario: then the commonest of its kind is taken. How visits end in each case: visit/visit-site.ts.
 */
import type { Operation } from "../../observation/vocabulary.ts";
import type { Action } from "../../rules/action.ts";
import { DEFAULT_BURST_BYTES, TWITTER_RATE_BPS } from "../../rules/action.ts";
import type { Rule } from "../../rules/rule.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { PlannedFault } from "../scenario/story.ts";
import type { TruthState } from "./truth-record.ts";

export type Slowing = "none" | "policed" | "shaped" | "frozen" | "delayed" | "crowded";

export interface Course {
  readonly slowing: Slowing;
  readonly directions: "both" | "up" | "down";
  readonly rateBps: number;
  readonly burstBytes: number;
  /** Many share the bucket. */
  readonly isShared: boolean;
  /** Of a shaper, full. */
  readonly queueUs: number;
  /** Bytes after which it freezes, or µs by which the handshake is late. */
  readonly low: number;
  readonly high: number;
  /** Of crowded ways: share of packets lost each way, and their delay. */
  readonly loss: number;
  readonly delayUs: number;
  /** The step at which it ends, and how; of so large a share of the attempts. */
  readonly end: End | undefined;
  readonly endShare: number;
  /** After the fault sites come back one by one: until then they close connections without an answer. */
  readonly brokenFromMs: number;
}

export interface End {
  readonly operation: Operation;
  readonly failure: string;
}

export const BROKEN: End = { operation: "http_round_trip", failure: "eof_error" };

const TIMEOUT = "generic_timeout_error";
const NO_CONNECTION: End = { operation: "connect", failure: TIMEOUT };
const NO_HANDSHAKE: End = { operation: "tls_handshake", failure: TIMEOUT };
const RESET: End = { operation: "tls_handshake", failure: "connection_reset" };

const PLAIN: Course = {
  slowing: "none",
  directions: "both",
  rateBps: TWITTER_RATE_BPS,
  burstBytes: DEFAULT_BURST_BYTES,
  isShared: false,
  queueUs: 0,
  low: 0,
  high: 0,
  loss: 0,
  delayUs: 0,
  end: undefined,
  endShare: 1,
  brokenFromMs: Number.POSITIVE_INFINITY,
};

const DEFAULT_PARTIAL_SHARE = 0.5;
const OVERLOAD_DELAY_US = 150_000;
/** Of a full link when nobody says how full. */
const CROWDED_LOSS = 0.05;
const MOST_CROWDED_LOSS = 0.9;
const CROWDED_DELAY_US = 50_000;
/** Of a freeze and of a late handshake that no rule of the scenario explains (docs/format.md, rule lists). */
const FREEZE_BYTES = [15_000, 20_000] as const;
const LATE_MS = [3_000, 5_000] as const;

export function courseOf(state: TruthState, scenario: Scenario): Course {
  const rule = state.rule === undefined ? undefined : ruleOf(state.rule, scenario);
  const fault = scenario.story.faults.find(({ id }) => id === state.fault);
  if (state.state === "down") return downCourse(state, fault);
  if (state.state === "ok") {
    if (state.slowness !== "congested") return PLAIN;
    return {
      ...PLAIN,
      slowing: "crowded",
      loss: crowdedLoss(fault, scenario),
      delayUs: CROWDED_DELAY_US,
    };
  }
  if (state.slowness === "frozen") {
    const [low, high] = rule?.action.kind === "freeze" ? rule.action.bytes : FREEZE_BYTES;
    return { ...PLAIN, slowing: "frozen", low, high };
  }
  if (state.slowness === "delayed") {
    const [low, high] = rule?.action.kind === "delay-handshake" ? rule.action.delayMs : LATE_MS;
    return { ...PLAIN, slowing: "delayed", low: low * 1e3, high: high * 1e3 };
  }
  if (state.state === "throttled") return limitedCourse(state, rule?.action);
  return { ...PLAIN, end: blockedEnd(state.action, rule) };
}

function limitedCourse(state: TruthState, action: Action | undefined): Course {
  const rateBps = state.rateBps ?? TWITTER_RATE_BPS;
  const queueBytes = action?.kind === "shape" ? action.queueBytes : 0;
  return {
    ...PLAIN,
    slowing: state.slowness === "shaped" ? "shaped" : "policed",
    rateBps,
    burstBytes: state.burstBytes ?? DEFAULT_BURST_BYTES,
    directions: state.directions ?? "both",
    isShared: state.scope === "box",
    queueUs: (queueBytes * 8e6) / rateBps,
  };
}

function blockedEnd(action: string | undefined, rule: Rule | undefined): End {
  const isByAddress = rule !== undefined && rule.names.length === 0 && !rule.any;
  switch (action) {
    case "reset":
    case "cut-response":
    case "page":
      // A SYN that is answered with a reset was refused.
      return isByAddress && action === "reset"
        ? { operation: "connect", failure: "connection_refused" }
        : RESET;
    default:
      return isByAddress ? NO_CONNECTION : NO_HANDSHAKE;
  }
}

function downCourse(state: TruthState, fault: PlannedFault | undefined): Course {
  const brokenFromMs =
    fault?.recoveryMs && fault.hosting ? fault.atMs + fault.forMs : Number.POSITIVE_INFINITY;
  const end = (operation: End["operation"], failure: string): Course => ({
    ...PLAIN,
    end: { operation, failure },
    endShare: state.partial ? (fault?.share ?? DEFAULT_PARTIAL_SHARE) : 1,
    brokenFromMs,
  });
  switch (fault?.kind) {
    case "withdrawn-route":
      return end("connect", "host_unreachable");
    case "name-server":
      return end("resolve", fault.how === "servfail" ? "dns_servfail_error" : TIMEOUT);
    case "maintenance":
      return fault.how === "broken"
        ? end(BROKEN.operation, BROKEN.failure)
        : end("http_round_trip", "http_unexpected_status_code");
    case "box-malfunction":
      return end("connect", fault.how === "reset" ? "connection_refused" : TIMEOUT);
    case "box-overload":
      return {
        ...PLAIN,
        slowing: "crowded",
        loss: Math.min(MOST_CROWDED_LOSS, fault.share ?? DEFAULT_PARTIAL_SHARE),
        delayUs: OVERLOAD_DELAY_US,
      };
    default:
      return end(NO_CONNECTION.operation, NO_CONNECTION.failure);
  }
}

/** What a link that is too full loses: all beyond its rate, evenly. */
function crowdedLoss(fault: PlannedFault | undefined, scenario: Scenario): number {
  const link =
    scenario.hosting.find(({ name }) => name === fault?.hosting)?.link ??
    scenario.networks.find(({ name }) => fault?.networks?.includes(name))?.trunk;
  if (!fault?.rateBps || !link?.rateBps) return CROWDED_LOSS;
  return Math.min(MOST_CROWDED_LOSS, Math.max(CROWDED_LOSS, 1 - link.rateBps / fault.rateBps));
}

function ruleOf(id: string, scenario: Scenario): Rule | undefined {
  for (const { rules } of Object.values(scenario.rules)) {
    const rule = rules.find((one) => one.id === id);
    if (rule) return rule;
  }
  return undefined;
}
