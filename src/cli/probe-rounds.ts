/**
 * One target against one control server after another, while they are tainted by a target's name, or slow under any: within one budget of bytes and
 * time. The last round's verdict counts; what earlier ones observed and moved is kept.
 */
import type { Place } from "../probe/pairs/arms.ts";
import type { ProbeTarget } from "../probe/probe-target.ts";
import { type Means, type MeasureCommon, type Measured, measureAgainst } from "./probe-measure.ts";
import type { TaintedServers } from "./tainted-servers.ts";

/** A rate is not seen in less (verdict/pair/rate-limit.ts), and its flows need to begin. */
const LEAST_ROUND_MS = 5000;
const ALL_TAINTED =
  "measured without a control server: each of them was tainted, or slow under any name, less than a quarter of an hour ago";
const AGAIN = "measured again at another control server: the first was tainted, or slow under any name";

export interface RoundMeans extends Means {
  readonly controlServers: readonly Place[];
  readonly tainted: TaintedServers;
}

export async function measureRounds(
  target: ProbeTarget,
  common: MeasureCommon,
  { controlServers, tainted, ...means }: RoundMeans,
  effects = { measure: measureAgainst, nowMs: () => Date.now() },
): Promise<Measured> {
  const servers = tainted.usable(controlServers, effects.nowMs());
  const measureAt = async (server: Place | undefined, bounded: MeasureCommon): Promise<Measured> => {
    const measured = await effects.measure(server, target, bounded, means);
    if (server && measured.isTainted) tainted.note(server, effects.nowMs());
    return measured;
  };
  const [first, ...others] = servers;
  let measured = await measureAt(first, common);
  if (!first && controlServers.length > 0) return withSentence(measured, ALL_TAINTED);
  for (const next of others) {
    const { bytes, seconds } = measured.verdict;
    const left = {
      budgetBytes: common.budgetBytes - bytes,
      budgetMs: common.budgetMs - Math.round(seconds * 1000),
      spentMs: Math.round(seconds * 1000),
    };
    if (!measured.isTainted || means.signal.aborted) break;
    if (left.budgetBytes <= 0 || left.budgetMs < LEAST_ROUND_MS) break;
    measured = together(measured, await measureAt(next, { ...common, ...left }));
  }
  return measured;
}

/** The later one's verdict, at the price of both; what was observed at the tainted address stays in the report. */
function together(before: Measured, again: Measured): Measured {
  const { verdict } = withSentence(again, AGAIN);
  return {
    ...again,
    verdict: {
      ...verdict,
      bytes: before.verdict.bytes + verdict.bytes,
      seconds: before.verdict.seconds + verdict.seconds,
    },
    observations: [...before.observations, ...again.observations],
    reaches: [...before.reaches, ...again.reaches],
  };
}

function withSentence(measured: Measured, sentence: string): Measured {
  const { verdict } = measured;
  return { ...measured, verdict: { ...verdict, evidence: [...verdict.evidence, sentence] } };
}
