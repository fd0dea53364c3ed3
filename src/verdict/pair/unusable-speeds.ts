/** What keeps pairs from saying anything of speed: a tainted control, a certificate, a target that is never reached. */
import type { Compared } from "./compare-flows.ts";
import type { Flow } from "./flow.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { insufficient, open } from "./plain-judgements.ts";
import { LEAST_FLOWS } from "./thresholds.ts";
import { isWitnessed } from "./witness.ts";

/** Of what a single vantage point cannot tell apart: a server that is down, an address that is blocked. */
export const UNREACHED_CONFIDENCE = 0.6;
const SERVER_ERROR = 500;

/** What makes a comparison say nothing at all. */
export function spoiledJudgement(seen: Compared): PairJudgement | undefined {
  if (seen.word === "maybe-tainted") {
    const { comparison, direction } = seen;
    return open([{ comparison, direction, pairs: 1, isAlone: true }], [seen]);
  }
  if (seen.word === "tainted") {
    const because =
      "the control turned slow after the target's name had been sent to the same address (tainted): wait, or use another control server";
    return { ...insufficient(because, [seen]), isTainted: true };
  }
  return untrustedJudgement([seen]);
}

/** Our own server gives either name no more: more pairs would be refused as well, and another server's would not. */
export function refusedJudgement(...all: readonly Compared[]): PairJudgement | undefined {
  const refusing = all.find(({ targets, controls }) => [targets, controls].every(areNowRefused));
  if (!refusing) return undefined;
  const statuses = new Set(
    refusing.controls.flatMap(({ isRefused, observation }) => (isRefused ? observation.statusCode! : [])),
  );
  const because = `the control server refuses either name (status ${[...statuses].join(", ")}): its bounds for one client are reached; measure later, or use another control server`;
  return { ...insufficient(because, all), isTainted: true };
}

function areNowRefused(flows: readonly Flow[]): boolean {
  const latest = flows.toSorted((a, b) => a.startMs - b.startMs).slice(-LEAST_FLOWS);
  return latest.length === LEAST_FLOWS && latest.every(({ isRefused }) => isRefused);
}

/** No flow of the target's got past its certificate. */
export function untrustedJudgement(all: readonly Compared[]): PairJudgement | undefined {
  const targets = targetsOf(all);
  const untrusted = targets.filter(({ broken }) => broken === "certificate");
  // One that ended before its certificate came says nothing of it.
  const isMost = untrusted.length >= LEAST_FLOWS && 2 * untrusted.length > targets.length;
  if (!isMost || targets.some(({ isOpen }) => isOpen)) return undefined;
  return insufficient(
    `the certificate is not trusted (${untrusted[0]!.observation.failure}): the clock, somebody in between, or the server itself; --insecure goes on all the same`,
    all,
  );
}

/** One and the same flow may be held against another name and against other sites. */
function targetsOf(all: readonly Compared[]): readonly Flow[] {
  return [...new Set(all.flatMap(({ targets }) => targets))];
}

/** None of the target's flows to its own address was ever connected, though enough were tried. */
export function isNeverReached(own: Compared, site: Compared): boolean {
  const targets = targetsOf([own, site]);
  return targets.length >= LEAST_FLOWS && targets.every(({ isConnected }) => !isConnected);
}

/**
 * The target's own address is never reached, or answers with an error, while controls work: at the same time, where nobody refused
 * the connections, for a line may be down for as long as a few of them are waited for.
 */
export function unreachedJudgement(
  own: Compared,
  site: Compared,
  ...others: readonly Compared[]
): PairJudgement | undefined {
  const targets = targetsOf([own, site]);
  if (targets.length < LEAST_FLOWS) return undefined;
  const controls = [site, ...others].flatMap((one) => [...one.controls, ...one.looks]);
  const works = controls.some(({ isOpen }) => isOpen);
  if (!works && controls.length < LEAST_FLOWS) return undefined;
  if (isNeverReached(own, site)) {
    if (!works)
      return insufficient("neither the target nor any control can be reached from here", [own, site]);
    const seenApart = targets.filter((flow) => flow.broken === "refused" || isWitnessed(flow, controls));
    if (seenApart.length < LEAST_FLOWS) return undefined;
    const failures = [...new Set(targets.map(({ observation }) => observation.failure ?? "no answer"))];
    return {
      ...{ state: "down", isSettled: true, wanted: [], mechanisms: [], confidence: UNREACHED_CONFIDENCE },
      evidence: [
        `${targets.length} of ${targets.length} connections to the target's address failed (${failures.join(", ")}), whatever the name; controls were reached meanwhile`,
        "or its address is blocked: only a look from another network tells the two apart",
      ],
      ruledOut: [{ explanation: "throttled", because: "no byte moved at all" }],
    };
  }
  const statuses = targets.map(({ observation }) => observation.statusCode);
  if (statuses.every((status) => status !== undefined && status >= SERVER_ERROR)) {
    return {
      ...{ state: "down", isSettled: true, wanted: [], mechanisms: [], confidence: UNREACHED_CONFIDENCE },
      evidence: [
        `the server answers ${[...new Set(statuses)].join(", ")} in ${statuses.length} of ${statuses.length} requests`,
        "or it turns this client away: only a look from another network tells the two apart",
      ],
      ruledOut: [{ explanation: "blocked", because: "the server's own answer came through" }],
    };
  }
  return undefined;
}
