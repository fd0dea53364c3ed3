/** What /api/v1/changes gives. */
import type { ChangeRecord } from "../../src/cli/find-changes.ts";
import { type Answer, type AsOf, questionOf, useAnswer } from "./client.ts";

export interface ChangeList {
  /** No `since` and `until`: the store holds no measurement. */
  readonly metadata: { readonly since?: string; readonly until?: string; readonly as_of?: AsOf };
  readonly results: readonly ChangeRecord[];
}

export function useChanges(asked: {
  readonly country?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): Answer<ChangeList> {
  return useAnswer(questionOf("/api/v1/changes", asked));
}
