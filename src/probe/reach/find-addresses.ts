/**
 * Where a reach goes: the address that was given, or what the look-ups name, both resolvers asked at the same time.
 * At most MAX_ADDRESSES, in the system's order. Notes each look-up as a step.
 */
import { isIP } from "node:net";
import type { Attempt } from "./attempt.ts";
import { type LookedUp, lookUpAt, lookUpSystem, readNameServer } from "./look-up.ts";
import type { ConnectStep, ResolveStep } from "./reach-record.ts";

export const MAX_ADDRESSES = 4;
const LOOK_UP_TIMEOUT_MS = 8000;
/** Of the whole time, so that silent name servers leave some to connect in. */
const LOOK_UP_SHARE = 0.4;

export interface Candidate {
  readonly address: string;
  readonly source: ConnectStep["source"];
}

export interface Found {
  readonly candidates: readonly Candidate[];
  /** Settles once the second resolver's step is noted too; nothing else waits for it where it is not needed. */
  readonly rest: Promise<unknown>;
}

export async function findAddresses(attempt: Attempt): Promise<Found> {
  const { target, options, effects, deadline } = attempt;
  const given = options.connect?.address ?? (isIP(target.name) ? target.name : undefined);
  const timeoutMs = deadline.leftMs(Math.min(LOOK_UP_TIMEOUT_MS, LOOK_UP_SHARE * options.timeoutMs));
  const lookUpAtSystem = async () =>
    target.name === ""
      ? { addresses: [], failure: "invalid_argument" }
      : lookUpSystem(target.name, timeoutMs, effects);
  const system = given === undefined ? resolve(attempt, { resolver: "system" }, lookUpAtSystem) : undefined;
  const asksSecond = options.secondResolver !== undefined && target.name !== "" && !isIP(target.name);
  const second = asksSecond ? resolveAtSecond(attempt, options.secondResolver!, timeoutMs) : undefined;
  const rest = Promise.resolve(second);
  if (given !== undefined) return { candidates: [{ address: given, source: "given" }], rest };
  const known = (await system)!;
  return { candidates: chooseAddresses(known, isUsable(known) ? undefined : await second), rest };
}

function isUsable({ addresses, bogons }: Pick<ResolveStep, "addresses" | "bogons">): boolean {
  return addresses.length > (bogons?.length ?? 0);
}

/** The system's, in its order; where none of them can be right, room is left for the second resolver's. */
export function chooseAddresses(
  system: Pick<ResolveStep, "addresses" | "bogons">,
  second?: Pick<ResolveStep, "addresses" | "bogons">,
): Candidate[] {
  const named = (step: typeof second, source: "system" | "second"): Candidate[] =>
    (step?.addresses ?? []).map((address) => ({ address, source }));
  if (isUsable(system)) return named(system, "system").slice(0, MAX_ADDRESSES);
  const other = named(second, "second").filter(
    ({ address }) => !second!.bogons?.includes(address) && !system.addresses.includes(address),
  );
  const room = other.length > 0 ? MAX_ADDRESSES / 2 : MAX_ADDRESSES;
  return [...named(system, "system").slice(0, room), ...other].slice(0, MAX_ADDRESSES);
}

function resolveAtSecond(attempt: Attempt, text: string, timeoutMs: number): Promise<ResolveStep> {
  const server = readNameServer(text);
  const invalid = { addresses: [], failure: "invalid_argument" };
  return resolve(attempt, { resolver: "second", server: text }, async () =>
    server ? lookUpAt(server, attempt.target.name, timeoutMs, attempt.effects) : invalid,
  );
}

async function resolve(
  attempt: Attempt,
  who: Pick<ResolveStep, "resolver" | "server">,
  lookUp: () => Promise<LookedUp>,
): Promise<ResolveStep> {
  const startedUs = attempt.deadline.elapsedUs();
  const learned = await lookUp();
  const durationUs = attempt.deadline.elapsedUs() - startedUs;
  const step: ResolveStep = { operation: "resolve", startedUs, durationUs, ...who, ...learned };
  attempt.steps.push(step);
  return step;
}
