/** What /api/v1/incidents gives, as src/cli/incidents-record.ts writes it. */
import type { IncidentRecord } from "../../src/cli/incidents-record.ts";
import { toldNames } from "../../src/incident/told-names.ts";
import { type Answer, type AsOf, questionOf, useAnswer } from "./client.ts";

export type Incident = IncidentRecord & { readonly simulated?: "SIMULATED"; readonly as_of?: AsOf };
export interface Gap {
  readonly type: "gap";
  readonly from: string;
  readonly to: string;
}

export interface IncidentList {
  readonly metadata: { readonly as_of?: AsOf };
  readonly results: readonly (Incident | Gap)[];
}

export type Asked = { readonly country?: string; readonly since?: string; readonly until?: string };

/** Undefined asks nothing: all incidents are much work for a server. */
export function useIncidents(asked: Asked | undefined): Answer<IncidentList> {
  return useAnswer(asked && questionOf("/api/v1/incidents", asked));
}

export function useIncident(id: string, asked: Asked = {}): Answer<Incident> {
  return useAnswer(questionOf(`/api/v1/incidents/${encodeURIComponent(id)}`, asked));
}

/** The names that it was about, in the order of its sentence. */
export function namesOf(incident: Incident): string[] {
  return toldNames(incident.findings[0]!.targets);
}
