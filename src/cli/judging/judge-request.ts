/** What the process that judges is asked, as one line of JSON on its standard input, and what it leaves in a file. */
import type { Records } from "../../server/api/judgements.ts";
import type { Scope } from "../../store/store.ts";
import type { OfStore } from "./judge-store.ts";
import type { Snapshot } from "./snapshot.ts";

export interface JudgeRequest {
  /** A path, or a cluster's address. */
  readonly place: string;
  /** Where the answer goes. */
  readonly out: string;
  readonly of: OfStore;
  /** Absent: everything is judged (judge-store.ts). */
  readonly question?: SingleQuestion;
}

/** About a time that is too long to be judged while somebody waits. */
export interface SingleQuestion {
  readonly about: "networks" | "changes";
  readonly scope: Scope;
}

export type JudgeAnswer =
  | { readonly kind: "all"; readonly snapshot: Snapshot }
  | { readonly kind: "single"; readonly records: Records; readonly tookMs: number };
