/** Judges by a control server of ours: both names meet the same machine, way and bytes, so that the name is the trigger. */
import { formatRate } from "../../base/units.ts";
import type { Compared } from "./compare-flows.ts";
import { isHeldAlike } from "./held-rate.ts";
import type { PairPlan } from "./judge-pairs.ts";
import type { PairJudgement } from "./pair-judgement.ts";
import { insufficient, okJudgement, open } from "./plain-judgements.ts";
import { asTarget, isSideOpen, isSlowBeside, isWell, routeJudgement } from "./side-comparison.ts";
import { isSlow, SIDE_PAIRS, slowJudgement } from "./slow-judgement.ts";
import { FASTER_FACTOR, LEAST_ALIKE, LEAST_FLOWS, LEAST_PAIRS } from "./thresholds.ts";
import { isNeverReached, refusedJudgement, spoiledJudgement, unreachedJudgement } from "./unusable-speeds.ts";
import { isOdd, want, wantOfLead } from "./wanted-pairs.ts";
import { wholePairs } from "./whole-pairs.ts";

/** Of pairs at an address that never answers: until three were seen not to, while the line was well. */
const MOST_UNREACHED = 8;

export function judgeByServer(
  down: Compared,
  up: Compared,
  own: Compared,
  site: Compared,
  plan: PairPlan,
): PairJudgement {
  const spoiled = spoiledJudgement(down) ?? spoiledJudgement(up);
  if (spoiled) return spoiled;
  const wantsDown = down.word === "open";
  // One after the other: uploads that fill a thin line make downloads wait, and handshakes.
  const wantsUp = plan.directions.includes("up") && !wantsDown && isSideOpen(up);
  if (isSlow(down) || isSlow(up)) {
    const lead = isSlow(down) ? down : up;
    // A rate has two ways; what ends a connection, or delays it, has none.
    const wanted = wantsUp && lead.word.startsWith("slow-") ? [want(up, SIDE_PAIRS)] : [];
    return { ...slowJudgement(lead, [down, up], "sni"), wanted, isSettled: wanted.length === 0 };
  }
  const refused = refusedJudgement(down, up);
  if (refused) return refused;
  const leads = wantsDown ? [wantOfLead(down, LEAST_PAIRS)] : [];
  if (leads.some(({ atOnce }) => atOnce !== undefined)) return open(leads, [down, up, own]);
  // The target's own address is looked at beside: it may be slow while its name is not what makes it so.
  const isNext = !wantsDown || (down.pairs >= SIDE_PAIRS && !(isOdd(down) && down.pairs < LEAST_ALIKE));
  const wantsOwn = isNext && !isOwnSlow(own, down) && (isSideOpen(own, !wantsDown) || isHardlySeen(own));
  // What holds both names back may lie on the way to our server alone: other sites tell.
  const wantsSite = isHeldAlike(down) && plan.sites > 0 && isSideOpen(site);
  if (wantsDown || wantsUp || wantsOwn || wantsSite) {
    const wanted = [
      ...leads,
      ...(wantsOwn ? [want(own, SIDE_PAIRS)] : []),
      ...(wantsSite ? [want(site, SIDE_PAIRS)] : []),
      ...(wantsUp ? [want(up, SIDE_PAIRS)] : []),
    ];
    return open(wanted, [down, up, own]);
  }
  const unreached = unreachedJudgement(own, site, down, up);
  if (unreached) return unreached;
  // The line was not seen to be well while nothing answered: once more, beside flows to our server.
  const again = MOST_UNREACHED - wholePairs(own);
  if (isNeverReached(own, site) && again > 0)
    return open(
      [own, down].map((one) => {
        const { comparison, direction } = one;
        return { comparison, direction, pairs: wholePairs(one) + Math.min(SIDE_PAIRS, again) };
      }),
      [own, down],
    );
  const untrusted = spoiledJudgement(own);
  if (untrusted) return untrusted;
  if (isHeldAlike(down) && isFasterElsewhere(down, [own, site])) return serverIsSlow(down, own, site);
  if (!isWell(own) || isSlowBeside(own, down)) return routeJudgement(own, down);
  if (plan.directions.includes("up") && !isWell(up))
    return insufficient("uploads to the control server did not go well, and do not tell why", [
      up,
      down,
      own,
    ]);
  return okJudgement(down, [down, up, own]);
}

/** Both names are held to a rate at our server that others are not held to: nothing is told of the name. */
function isFasterElsewhere({ heldRate }: Compared, others: readonly Compared[]): boolean {
  return others.some(({ targetBps = 0, controlBps = 0 }) =>
    [targetBps, controlBps].some((bps) => bps > FASTER_FACTOR * (heldRate?.rateBps ?? bps)),
  );
}

function serverIsSlow(down: Compared, own: Compared, site: Compared): PairJudgement {
  const because = `at the control server either name is held to ${formatRate(down.heldRate!.rateBps)}, and other addresses are not: its network or route; another control server would tell`;
  return { ...insufficient(because, [down, own, site]), isTainted: true };
}

/** An address that answers to no name fails its controls first: whether it is down takes the target's flows, too. */
function isHardlySeen({ word, targets }: Compared): boolean {
  return word === "control-fails" && targets.length < LEAST_FLOWS;
}

/** The target's own address is far slower than our server under either name: more pairs would not say why. */
function isOwnSlow(own: Compared, down: Compared): boolean {
  return wholePairs(own) >= SIDE_PAIRS && isSlowBeside(own, down) && isSlowBeside(asTarget(own), down);
}
