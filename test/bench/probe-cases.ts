/**
 * Drawn cases for the probe: one network, one thing that happens to a name (or to everything, or to nothing), and what a
 * right verdict says. Stratified: kinds in turn, everything else by the seed. No case is made after what the judge likes:
 * rates, buckets, delays and loss are drawn over the ranges that were published or that ordinary lines have.
 */

import { type Random, seededRandom } from "../../src/base/random.ts";
import type { LabNetwork } from "../../src/lab/network/lab-network.ts";
import type { Topology } from "../../src/lab/topology/topology.ts";

export const NEGATIVE_KINDS = [
  "healthy",
  // Of the line that a verdict's cost is told for.
  "healthy-50",
  "congestion",
  "random-loss",
  "slow-plan",
  "outage",
  "upload-cap",
  "slow-server",
  "tainted-address",
] as const;
export const THROTTLED_KINDS = ["policed", "shaped", "delayed"] as const;
export const BLOCKED_KINDS = ["dropped", "reset", "frozen"] as const;
export const PROBE_KINDS = [
  ...NEGATIVE_KINDS,
  ...THROTTLED_KINDS,
  ...THROTTLED_KINDS,
  ...BLOCKED_KINDS,
] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

export interface ProbeCase {
  readonly number: number;
  readonly kind: ProbeKind;
  readonly hasControlServer: boolean;
  /** Also asked for trigger and place. */
  readonly explains: boolean;
  readonly seed: number;
  readonly scenario: string;
  /** kbit/s of a network's link that others fill; and how much they send. */
  readonly trafficBps: number;
  readonly isHostingDown: boolean;
  readonly truth: ProbeTruth;
}

export interface ProbeTruth {
  readonly state: "ok" | "throttled" | "blocked" | "down";
  readonly slowness?: string;
  /** Of IP packets. */
  readonly rateBps?: number;
  readonly burstBytes?: number;
  readonly hop: number;
  /** As `probe --explain` writes it. */
  readonly pattern: string;
}

export const TARGET = "video.target.example";
export const SITES = ["first.control.example", "second.control.example"] as const;
export const CONTROL = "server.control.example";
export const CLIENT = "client";
export const NETWORK = "access";
export const TARGET_HOSTING = "platform";

const PATTERN = "*.target.example";
/** Of the cases that can be explained; explaining takes as long as two other cases. */
const EXPLAINED_SHARE = 0.25;
const EXPLAINABLE: readonly ProbeKind[] = ["policed", "shaped", "reset"];
const BUCKETS_KB = [6, 16, 64, 256];

export function drawProbeCase(seed: number, number: number): ProbeCase {
  const random = seededRandom(Math.imul(seed, 1_000_003) + number);
  const kind = PROBE_KINDS[number % PROBE_KINDS.length]!;
  const hasControlServer = Math.floor(number / PROBE_KINDS.length) % 2 === 0;
  const hop = random.integer(2, 4);
  const burstKb = random.pick(BUCKETS_KB);
  const rateKbps = Math.round(64 * 2 ** (random.next() * 3));
  const drawnMbps = kind === "slow-plan" ? 0.7 + 1.8 * random.next() : 8 * 2 ** (random.next() * 3.5);
  const downMbps = kind === "healthy-50" ? 50 : drawnMbps;
  const upMbps = Math.max(0.4, downMbps * (0.15 + 0.4 * random.next()));
  const delayMs = random.integer(3, 40);
  const isMobile = random.next() < 0.5;
  const action = actionOf(kind, rateKbps, burstKb, random);
  const loss = kind === "random-loss" ? 0.005 + 0.03 * random.next() : 0;
  const serverLink =
    kind === "slow-server" ? `rate: ${Math.round(150 + 600 * random.next())} kbit/s, queue: 60 kB, ` : "";
  const trunkMbps = Math.min(20, downMbps);
  const trunk =
    kind === "congestion"
      ? `trunk: {rate: ${trunkMbps.toFixed(2)} Mbit/s, queue: 200 kB, delay: 2 ms}, `
      : "";
  const taint = kind === "tainted-address" ? ", taint: 5m" : "";
  const match = kind === "tainted-address" ? `names: [elsewhere.example]` : matchOf(kind);
  const rules =
    action === undefined
      ? ""
      : `rules:\n  law:\n    rules:\n      - {id: one, ${match}, action: ${action}${taint}}\n`;
  const box =
    action === undefined
      ? ""
      : `box: {hop: ${hop}, rules: law${kind === "frozen" ? ', variant: "2022"' : ""}}, `;
  const scenario = `name: drawn
title: A drawn case of the probe's bench
start: 2026-03-02T15:00:00Z
end: 2026-03-03T15:00:00Z
${rules}hosting:
  - {name: ${TARGET_HOSTING}, asn: 64500, link: {${serverLink}delay: ${random.integer(5, 60)} ms}}
  - {name: first, asn: 64501, link: {delay: ${random.integer(3, 40)} ms}}
  - {name: second, asn: 64502, link: {delay: ${random.integer(3, 40)} ms}}
  - {name: third, asn: 64503, link: {delay: ${random.integer(3, 60)} ms}}
sites:
  - {name: ${TARGET}, hosting: ${TARGET_HOSTING}, objects: {/film: 900 kB}}
  - {name: ${SITES[0]}, hosting: first, objects: {/picture: 900 kB}}
  - {name: ${SITES[1]}, hosting: second, objects: {/picture: 900 kB}}
  - {name: ${CONTROL}, hosting: third}
networks:
  - {name: ${NETWORK}, kind: ${isMobile ? "mobile" : "landline"}, asn: 64510, access: {down: ${downMbps.toFixed(2)} Mbit/s, up: ${upMbps.toFixed(2)} Mbit/s, delay: ${delayMs} ms, jitter: ${isMobile ? 3 : 0} ms, loss: ${loss.toFixed(4)}}, ${trunk}${box}hops: 5, clients: [${CLIENT}]}
`;
  return {
    ...{ number, kind, hasControlServer, scenario, seed: random.integer(0, 2 ** 31) },
    explains: hasControlServer && EXPLAINABLE.includes(kind) && random.next() < EXPLAINED_SHARE,
    trafficBps: kind === "congestion" ? trunkMbps * 1e6 * (0.85 + 0.2 * random.next()) : 0,
    isHostingDown: kind === "outage",
    truth: truthOf(kind, rateKbps, burstKb, hop),
  };
}

function actionOf(kind: ProbeKind, rateKbps: number, burstKb: number, random: Random): string | undefined {
  switch (kind) {
    case "policed":
      return `{kind: police, rate: ${rateKbps} kbit/s, burst: ${burstKb} kB}`;
    case "shaped":
      return `{kind: shape, rate: ${rateKbps} kbit/s, burst: ${shaperBurstKb(burstKb)} kB, queue: 64 kB}`;
    case "delayed":
      return `{kind: delay-handshake, delay: ${random.integer(2, 3)} s - ${random.integer(4, 8)} s}`;
    case "upload-cap":
      return "{kind: shape, rate: 130 kbit/s, burst: 4 kB, queue: 32 kB, directions: up}";
    case "dropped":
      return random.next() < 0.5 ? "{kind: drop}" : "{kind: drop-after, packets: 5 - 8}";
    case "reset":
      return "{kind: reset}";
    case "frozen":
      return `{kind: freeze, bytes: ${random.integer(15, 20)} kB}`;
    case "tainted-address":
      return "{kind: delay-handshake, delay: 3 s - 6 s}";
    default:
      return undefined;
  }
}

/** A shaper smooths: none is known that lets more than this by at once. */
function shaperBurstKb(drawnKb: number): number {
  return Math.min(16, drawnKb);
}

function matchOf(kind: ProbeKind): string {
  return kind === "upload-cap" ? "any: true" : `names: ["${PATTERN}"], protocols: tls`;
}

function truthOf(kind: ProbeKind, rateKbps: number, burstKb: number, hop: number): ProbeTruth {
  return { ...stateOf(kind, rateKbps, burstKb), hop, pattern: PATTERN };
}

function stateOf(kind: ProbeKind, rateKbps: number, burstKb: number): Omit<ProbeTruth, "hop" | "pattern"> {
  if (kind === "policed" || kind === "shaped") {
    const bucketKb = kind === "shaped" ? shaperBurstKb(burstKb) : burstKb;
    return { state: "throttled", slowness: kind, rateBps: rateKbps * 1000, burstBytes: bucketKb * 1000 };
  }
  if (kind === "delayed") return { state: "throttled", slowness: "delayed" };
  if (kind === "dropped" || kind === "reset") return { state: "blocked" };
  if (kind === "frozen") return { state: "blocked", slowness: "frozen" };
  return { state: kind === "outage" ? "down" : "ok" };
}

/** A tainted address: somebody at the same client asked for a slowed name there before. */
export async function taint(network: LabNetwork, topology: Topology): Promise<void> {
  const address = topology.sites.get(TARGET)!.v4;
  await network.visit({ client: CLIENT, name: "elsewhere.example", path: "/", address, timeoutMs: 8000 });
}
