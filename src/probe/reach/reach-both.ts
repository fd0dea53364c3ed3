/**
 * A visit to where the system's name server leads, and one more to where the second leads, if what stands at the first did not
 * prove to be the target: only then is it of interest which of the two is right. Takes up to twice `timeoutMs`; the
 * second ends at `untilMs` (of `performance.now()`).
 */
import { schemeOf } from "./attempt.ts";
import { reachTarget } from "./reach.ts";
import type { Reach, ReachOptions, ReachTarget } from "./reach-record.ts";

export async function reachBoth(
  target: ReachTarget,
  options: ReachOptions,
  untilMs = Number.POSITIVE_INFINITY,
  visit: typeof reachTarget = reachTarget,
): Promise<Reach[]> {
  const first = await visit(target, options);
  const address = schemeOf(target) === "http" ? undefined : untriedOfSecond(first);
  const timeoutMs = Math.min(options.timeoutMs, Math.floor(untilMs - performance.now()));
  if (address === undefined || options.connect || timeoutMs <= 0) return [first];
  const { secondResolver: _, ...rest } = options;
  return [first, await visit(target, { ...rest, timeoutMs, connect: { address }, quic: false })];
}

/** The first public address that only the second name server gave; none where the name is proven, or such a one was tried. */
function untriedOfSecond({ steps }: Reach): string | undefined {
  if (steps.some((step) => step.operation === "tls_handshake" && step.isVerified)) return undefined;
  const looked = steps.filter((step) => step.operation === "resolve");
  const second = looked.find(({ resolver }) => resolver === "second");
  const ofSystem = looked.find(({ resolver }) => resolver === "system")?.addresses ?? [];
  const own = (second?.addresses ?? []).filter(
    (address) => !second?.bogons?.includes(address) && !ofSystem.includes(address),
  );
  const isTried = steps.some((step) => step.operation === "connect" && own.includes(step.address));
  return isTried ? undefined : own[0];
}
