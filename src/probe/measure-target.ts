/**
 * Measures one target: finds where it and its controls are, then runs the course of pairs. Decisions are the caller's.
 */
import type { Random } from "../base/random.ts";
import type { Observation } from "../observation/observation.ts";
import type { ArmsPlan, NamedPlace, Place } from "./pairs/arms.ts";
import {
  type CourseProgress,
  type CourseResult,
  type CourseWatch,
  type Decision,
  runCourse,
} from "./pairs/course.ts";
import { neutralName } from "./pairs/neutral-name.ts";
import type { ProbeTarget } from "./probe-target.ts";
import type { Trust } from "./transfer/transfer.ts";

export interface MeasureOptions {
  readonly target: ProbeTarget;
  /** Of the target; the first that answers should stand first. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly neutral?: string;
  readonly controlServer?: Place;
  readonly sites: readonly NamedPlace[];
  readonly trust: Trust;
  readonly through?: Place;
  readonly flowBytes: number;
  readonly budgetBytes: number;
  readonly budgetMs: number;
  readonly lanes: number;
  readonly measurementId: string;
  readonly origin: Observation["origin"];
  readonly random: Random;
  readonly decide: (observations: readonly Observation[]) => Decision;
  readonly watch: CourseWatch;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CourseProgress) => void;
}

/** A flow that moves is watched no longer; a freeze takes ten seconds to be one. */
const FLOW_TIMEOUT_MS = 14_000;

export function armsOf(options: MeasureOptions): ArmsPlan {
  const { target, addresses, port, controlServer } = options;
  return {
    target: { name: target.name, address: addresses[0]!, port, path: target.path },
    neutralName: options.neutral ?? neutralName(target.name, options.random),
    ...(controlServer ? { controlServer } : {}),
    sites: options.sites,
    bytes: options.flowBytes,
    timeoutMs: FLOW_TIMEOUT_MS,
    trust: options.trust,
    ...(options.through ? { through: options.through } : {}),
  };
}

/** `arms`: as armsOf gave them, so that all of a measurement sends the same neutral name. */
export function measureTarget(options: MeasureOptions, arms: ArmsPlan): Promise<CourseResult> {
  return runCourse({ ...options, arms });
}
