/**
 * Drawn cases for the probe: one network, one thing that happens to a name (or to everything, or to nothing), and what a
 * right verdict says. Stratified: kinds in turn, everything else by the seed. No case is made after what the judge likes:
 * rates, buckets, delays and loss are drawn over the ranges that were published or that ordinary lines have.
 */

import { type Random, seededRandom } from "../../src/base/random.ts";
import type { LabNetwork } from "../../src/lab/network/lab-network.ts";
import { serverAddress } from "../../src/lab/topology/addressing.ts";
import type { Topology } from "../../src/lab/topology/topology.ts";
import { PROBE_KINDS, type ProbeKind } from "./probe-kinds.ts";

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
  /** Of the target's object. */
  readonly path: string;
  readonly dip?: Dip;
  readonly truth: ProbeTruth;
}

/** The access link is as slow as this for a while, from so long after the probe's start on. */
export interface Dip {
  readonly afterMs: number;
  readonly forMs: number;
  readonly rateBps: number;
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
const BUCKETS_KB = [6, 16, 64, 256, 512, 1000];
const LEAST_RATE_KBPS = 64;
const MOST_RATE_KBPS = 4000;
/** Of the line to the rate that a name is held to. */
const LEAST_FACTOR = 8;
/** The scenario's order of hosting networks, which addresses go by. */
const HOSTING = [TARGET_HOSTING, "first", "second", "third"];

export function drawProbeCase(seed: number, number: number): ProbeCase {
  const random = seededRandom(Math.imul(seed, 1_000_003) + number);
  const kind = PROBE_KINDS[number % PROBE_KINDS.length]!;
  const isOddRound = Math.floor(number / PROBE_KINDS.length) % 2 === 1;
  const hasControlServer = kind === "control-throttled" || !isOddRound;
  const hop = random.integer(2, 4);
  const burstKb = random.pick(BUCKETS_KB);
  const rateKbps = Math.round(logUniform(LEAST_RATE_KBPS, MOST_RATE_KBPS, random));
  const downMbps = downMbpsOf(kind, rateKbps, random);
  const upMbps = Math.max(0.4, downMbps * (0.15 + 0.4 * random.next()));
  const { accessMs, platformMs } = delaysOf(kind, random);
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
  const rules =
    action === undefined
      ? ""
      : `rules:\n  law:\n    rules:\n      - {id: one, ${matchOf(kind)}, action: ${action}${taint}}\n`;
  const box =
    action === undefined
      ? ""
      : `box: {hop: ${hop}, rules: law${kind === "frozen" ? ', variant: "2022"' : ""}}, `;
  const path = kind === "small-page" ? "/" : "/film";
  const objectKb = kind === "small-page" ? random.integer(1, 40) : 900;
  const scenario = `name: drawn
title: A drawn case of the probe's bench
start: 2026-03-02T15:00:00Z
end: 2026-03-03T15:00:00Z
${rules}hosting:
  - {name: ${HOSTING[0]}, asn: 64500, link: {${serverLink}delay: ${platformMs} ms}}
  - {name: ${HOSTING[1]}, asn: 64501, link: {delay: ${random.integer(3, 40)} ms}}
  - {name: ${HOSTING[2]}, asn: 64502, link: {delay: ${random.integer(3, 40)} ms}}
  - {name: ${HOSTING[3]}, asn: 64503, link: {delay: ${random.integer(3, 60)} ms}}
sites:
  - {name: ${TARGET}, hosting: ${HOSTING[0]}, objects: {"${path}": ${objectKb} kB}}
  - {name: ${SITES[0]}, hosting: ${HOSTING[1]}, objects: {/picture: 900 kB}}
  - {name: ${SITES[1]}, hosting: ${HOSTING[2]}, objects: {/picture: 900 kB}}
  - {name: ${CONTROL}, hosting: ${HOSTING[3]}}
networks:
  - {name: ${NETWORK}, kind: ${isMobile ? "mobile" : "landline"}, asn: 64510, access: {down: ${downMbps.toFixed(2)} Mbit/s, up: ${upMbps.toFixed(2)} Mbit/s, delay: ${accessMs} ms, jitter: ${isMobile ? 3 : 0} ms, loss: ${loss.toFixed(4)}}, ${trunk}${box}hops: 5, clients: [${CLIENT}]}
`;
  return {
    ...{ number, kind, hasControlServer, scenario, path, seed: random.integer(0, 2 ** 31) },
    explains: hasControlServer && EXPLAINABLE.includes(kind) && random.next() < EXPLAINED_SHARE,
    trafficBps: kind === "congestion" ? trunkMbps * 1e6 * (0.85 + 0.2 * random.next()) : 0,
    isHostingDown: kind === "outage",
    ...(kind === "dip" ? { dip: drawDip(random) } : {}),
    truth: truthOf(kind, rateKbps, burstKb, hop),
  };
}

function logUniform(least: number, most: number, random: Random): number {
  return least * (most / least) ** random.next();
}

function downMbpsOf(kind: ProbeKind, rateKbps: number, random: Random): number {
  if (kind === "slow-plan") return 0.7 + 1.8 * random.next();
  if (kind === "healthy-50") return 50;
  if (kind === "small-page") return logUniform(30, 100, random);
  const drawn = 8 * 2 ** (random.next() * 3.5);
  const isHeld = kind === "policed" || kind === "shaped";
  return isHeld ? Math.max(drawn, (LEAST_FACTOR * rateKbps) / 1000) : drawn;
}

/** One way, of the access link and of the target's own. */
function delaysOf(kind: ProbeKind, random: Random): { accessMs: number; platformMs: number } {
  if (kind !== "small-page") return { accessMs: random.integer(3, 40), platformMs: random.integer(5, 60) };
  const accessMs = random.integer(3, 10);
  return { accessMs, platformMs: random.integer(30, 120) / 2 - accessMs };
}

function drawDip(random: Random): Dip {
  return {
    afterMs: random.integer(0, 6000),
    forMs: random.integer(3000, 6000),
    rateBps: Math.round(logUniform(64_000, 300_000, random)),
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
    case "blocked-address":
      return "{kind: drop}";
    case "control-throttled": {
      const rate = `rate: ${random.integer(100, 500)} kbit/s`;
      return random.next() < 0.5
        ? `{kind: police, ${rate}, burst: ${burstKb} kB}`
        : `{kind: shape, ${rate}, burst: ${shaperBurstKb(burstKb)} kB, queue: 64 kB}`;
    }
    default:
      return undefined;
  }
}

/** A shaper smooths: none is known that lets more than this by at once. */
function shaperBurstKb(drawnKb: number): number {
  return Math.min(16, drawnKb);
}

function matchOf(kind: ProbeKind): string {
  switch (kind) {
    case "upload-cap":
      return "any: true";
    case "tainted-address":
      return "names: [elsewhere.example]";
    case "blocked-address":
      return `addresses: [${firstAddressOf(TARGET_HOSTING)}/32]`;
    case "control-throttled":
      return `addresses: [${firstAddressOf("third")}/32]`;
    default:
      return `names: ["${PATTERN}"], protocols: tls`;
  }
}

/** Each hosting network has one site. */
function firstAddressOf(hosting: string): string {
  return serverAddress(HOSTING.indexOf(hosting), 0).v4;
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
  if (kind === "dropped" || kind === "reset" || kind === "blocked-address") return { state: "blocked" };
  if (kind === "frozen") return { state: "blocked", slowness: "frozen" };
  return { state: kind === "outage" ? "down" : "ok" };
}

/** A tainted address: somebody at the same client asked for a slowed name there before. */
export async function taint(network: LabNetwork, topology: Topology): Promise<void> {
  const address = topology.sites.get(TARGET)!.v4;
  await network.visit({ client: CLIENT, name: "elsewhere.example", path: "/", address, timeoutMs: 8000 });
}
