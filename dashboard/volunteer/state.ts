/** What the page is doing, and what it shows: one value, replaced whole. */

import type { TestPair, ToldPlan } from "../../src/server/volunteer/plan.ts";
import type { Course, Load } from "./course.ts";
import type { Judged } from "./judge-loads.ts";
import type { Deleted, Sent } from "./sending.ts";

export interface PairResult {
  readonly pair: TestPair;
  readonly course: Course;
  /** Absent: it was stopped. */
  readonly judged?: Judged;
  readonly sent: Sent;
  readonly deleted?: Deleted;
}

export type Phase =
  | { readonly kind: "asking" }
  | {
      readonly kind: "running";
      readonly loads: readonly Load[];
      readonly allLoads: number;
      readonly now?: Running;
    }
  | { readonly kind: "done"; readonly results: readonly PairResult[] };

export interface Running {
  readonly role: Load["role"];
  readonly host: string;
  readonly round: number;
  readonly rounds: number;
  readonly isVisible: boolean;
}

export interface Choice {
  readonly plan: ToldPlan;
  /** Names of pairs. */
  readonly chosen: ReadonlySet<string>;
  readonly budgetBytes: number;
}
