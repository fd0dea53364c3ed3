/**
 * Whether the target's name triggers in clear text where it does not over TLS (`--explain`): pairs of plain HTTP requests to
 * the control server, target's name and neutral one in Host. Bounds: the bytes that are left, half a minute at most.
 */
import type { Observation } from "../observation/observation.ts";
import type { MeasureOptions } from "../probe/measure-target.ts";
import type { ArmsPlan } from "../probe/pairs/arms.ts";
import { runCourse } from "../probe/pairs/course.ts";
import { hasToldEnough, isSlowingDown } from "../verdict/pair/is-enough.ts";
import { judgeHost } from "../verdict/pair/judge-host.ts";
import type { PairJudgement } from "../verdict/pair/pair-judgement.ts";
import type { ProbeVerdict } from "./probe-record.ts";

/** Of --explain's two minutes, whatever the pairs over TLS were given. */
const MOST_MS = 30_000;

export interface HostMeasured {
  /** Absent: it does not trigger, or cannot be told. */
  readonly judgement?: PairJudgement;
  readonly trigger?: NonNullable<ProbeVerdict["trigger"]>;
  readonly sentence: string;
  readonly observations: readonly Observation[];
  readonly bytes: number;
}

/** `httpPort`: of the control server, as it says itself. */
export async function measureHost(
  options: MeasureOptions,
  arms: ArmsPlan,
  httpPort: number | undefined,
): Promise<HostMeasured> {
  if (!arms.controlServer || httpPort === undefined) {
    const sentence =
      "plain HTTP with the name as Host: not tried, the control server names no port for plain HTTP";
    return { sentence, observations: [], bytes: 0 };
  }
  const course = await runCourse({
    ...options,
    budgetMs: Math.min(MOST_MS, options.budgetMs),
    arms: { ...arms, plain: true, controlServer: { ...arms.controlServer, port: httpPort } },
    decide: judgeHost,
    watch: { isEnough: (soFar) => hasToldEnough(soFar), goesOn: isSlowingDown },
  });
  const decisive = course.observations.slice(0, course.decisive);
  const { judgement, sentence } = judgeHost(decisive);
  const { observations, bytes } = course;
  return {
    ...{ sentence, observations, bytes },
    ...(judgement ? { judgement, trigger: { where: "host", connections: decisive.length } } : {}),
  };
}
