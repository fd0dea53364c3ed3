/**
 * A sealed case of `demo --blind`: a small laboratory in which one thing happens to a name, to everything, or to nothing. Drawn
 * by a seed; what it is stays sealed until the answer stands. Rates, loss and delays over the ranges that ordinary lines have.
 */
import { createHash, randomBytes } from "node:crypto";
import { type Random, seededRandom } from "../../base/random.ts";
import type { SideBySide } from "../../verdict/slowness/side-by-side.ts";

export const CASE_KINDS = [
  "policed",
  "shaped-by-tbf",
  "limited-by-hashlimit",
  "slow-plan",
  "lossy",
  "congested",
  "frozen",
  "healthy",
] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

/** What is right to say of each. */
export const RIGHT_WORD: Readonly<Record<CaseKind, SideBySide>> = {
  policed: "policed",
  "shaped-by-tbf": "shaped",
  "limited-by-hashlimit": "policed",
  "slow-plan": "slow-for-everything",
  lossy: "lossy",
  congested: "congested",
  frozen: "frozen",
  healthy: "unimpeded",
};
/** Calling these throttled is the worst mistake. */
export const NEVER_THROTTLED: ReadonlySet<CaseKind> = new Set(["slow-plan", "lossy", "congested", "healthy"]);

export const TARGET = "video.target.example";
export const CONTROL = "video.control.example";
export const CLIENT = "phone";
export const NETWORK = "access";
/** Where boxes made of the kernel's own parts stand. */
export const BOX_HOP = 2;
export const OBJECT_PATH = "/film";
const OBJECT_BYTES = 900_000;
const NONCE_BYTES = 16;

export interface SealedCase {
  readonly kind: CaseKind;
  readonly scenario: string;
  readonly seed: number;
  /** kbit/s of the limit on the target's name, where there is one. */
  readonly rateKbps: number;
  /** SHA-256 of `sealed`, hex: printed before, so that nobody can change the case after. */
  readonly hash: string;
  readonly sealed: string;
}

/** `kind` absent: drawn. */
export function sealCase(seed: number, asked?: CaseKind): SealedCase {
  const random = seededRandom(seed);
  const drawn = random.pick([...CASE_KINDS]);
  const kind = asked ?? drawn;
  const rateKbps = Math.round(100 + 200 * random.next());
  const scenario = scenarioOf(kind, rateKbps, random);
  const played = createHash("sha256").update(scenario).digest("hex");
  const nonce = randomBytes(NONCE_BYTES).toString("hex");
  const sealed = `${kind} ${seed} ${rateKbps} kbit/s, scenario ${played}, ${nonce}`;
  const hash = createHash("sha256").update(sealed).digest("hex");
  return { kind, seed, rateKbps, sealed, hash, scenario };
}

function scenarioOf(kind: CaseKind, rateKbps: number, random: Random): string {
  const downMbps = kind === "slow-plan" ? 0.8 + 1.2 * random.next() : 8 + 32 * random.next();
  const loss = kind === "lossy" ? 0.01 + 0.02 * random.next() : 0;
  const trunkMbps = 6 + 8 * random.next();
  const action =
    kind === "policed"
      ? `{kind: police, rate: ${rateKbps} kbit/s, burst: ${random.integer(8, 24)} kB}`
      : kind === "frozen"
        ? `{kind: freeze, bytes: ${random.integer(15, 20)} kB}`
        : undefined;
  const rules = action
    ? `rules:\n  law: {rules: [{id: one, names: ["*.target.example"], protocols: tls, action: ${action}}]}\n`
    : "";
  const box = action
    ? `box: {hop: ${BOX_HOP}, rules: law${kind === "frozen" ? ', variant: "2022"' : ""}}, `
    : "";
  const trunk =
    kind === "congested" ? `trunk: {rate: ${trunkMbps.toFixed(1)} Mbit/s, queue: 200 kB, delay: 2 ms}, ` : "";
  const faults =
    kind === "congested"
      ? `faults:\n  - {id: others, kind: congested-link, at: +1s, for: 2h, networks: [${NETWORK}], rate: ${(trunkMbps * (0.9 + 0.1 * random.next())).toFixed(2)} Mbit/s}\n`
      : "";
  return `name: sealed
title: A sealed case
start: 2026-03-02T15:00:00Z
end: 2026-03-03T15:00:00Z
${rules}hosting:
  - {name: platform, asn: 64500, link: {delay: ${random.integer(8, 30)} ms}}
sites:
  - {name: ${TARGET}, hosting: platform, address: 0, objects: {${OBJECT_PATH}: ${OBJECT_BYTES / 1000} kB}}
  - {name: ${CONTROL}, hosting: platform, address: 0, objects: {${OBJECT_PATH}: ${OBJECT_BYTES / 1000} kB}}
networks:
  - {name: ${NETWORK}, kind: mobile, asn: 64510, access: {down: ${downMbps.toFixed(2)} Mbit/s, up: 4 Mbit/s, delay: ${random.integer(5, 25)} ms, loss: ${loss.toFixed(4)}}, ${trunk}${box}hops: 4, clients: [${CLIENT}]}
${faults}`;
}
