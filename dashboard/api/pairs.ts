/** What /api/v1/pairs, /api/v1/timeline and /api/v1/networks give (docs/format.md). */
import { useMemo } from "react";
import type { NetworkRecord } from "../../src/cli/networks-record.ts";
import type { TimelineEntry } from "../../src/observation/timeline-entry.ts";
import { type Answer, questionOf, useAnswer } from "./client.ts";

export interface PairRow {
  readonly from?: string;
  readonly probe_asn?: string;
  readonly domain: string;
  readonly measurements: number;
  readonly failed: number;
  readonly pairs: number;
  readonly slow: number;
  readonly fast: number;
  readonly ratio_p10?: number;
  readonly ratio_p50?: number;
  readonly ratio_p90?: number;
  readonly target_p10_bps?: number;
  readonly target_p50_bps?: number;
  readonly target_p90_bps?: number;
  readonly control_p10_bps?: number;
  readonly control_p50_bps?: number;
  readonly control_p90_bps?: number;
}

export interface List<T> {
  readonly metadata: { readonly count: number; readonly withheld?: number; readonly simulated?: "SIMULATED" };
  readonly results: readonly T[];
}

export interface PairQuestion {
  readonly domain?: string | undefined;
  readonly probe_asn?: string | undefined;
  readonly probe_cc?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly grain: "hour" | "day" | "all";
  readonly by: "network" | "everything";
  /** False: counts alone, which is faster. */
  readonly speeds?: boolean;
}

export function usePairs(question: PairQuestion | undefined): Answer<List<PairRow>> {
  return useAnswer(
    question &&
      questionOf("/api/v1/pairs", { ...question, speeds: question.speeds === false ? "false" : undefined }),
  );
}

export function useTimeline(
  since: string | undefined,
  until: string | undefined,
): Answer<List<TimelineEntry>> {
  return useAnswer(questionOf("/api/v1/timeline", { since, until }));
}

export function useNetworks(country: string | undefined): Answer<List<NetworkRecord>> {
  return useAnswer(questionOf("/api/v1/networks", { country }));
}

/** Of networks by "AS64500", where the store knows one and tells it; empty while that is not known. */
export function useNetworkNames(country: string | undefined): ReadonlyMap<string, string> {
  const networks = useNetworks(country);
  return useMemo(
    () =>
      new Map(
        (networks.state === "here" ? networks.value.results : []).flatMap((record) =>
          record.type === "network" && record.networkName !== undefined
            ? [[`AS${record.asn}`, record.networkName] as const]
            : [],
        ),
      ),
    [networks],
  );
}
