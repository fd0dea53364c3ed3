/**
 * What commands and a running laboratory say to each other: one request line, then answer lines, JSON, over a socket in
 * the laboratory's folder.
 */
import type { NetworkStatus } from "../network/lab-network.ts";
import type { LabScenarioView } from "../run/lab-view.ts";
import type { NetworkKind } from "../scenario/scenario.ts";
import type { OrderTemplate, PlannedFault, RoundVisit } from "../scenario/story.ts";

export type LabRequest =
  | { readonly do: "follow" }
  | { readonly do: "order"; readonly order: OrderTemplate }
  | { readonly do: "lift"; readonly what: string; readonly kinds: readonly NetworkKind[] }
  | { readonly do: "roll-back" }
  | { readonly do: "fault"; readonly fault: Omit<PlannedFault, "atMs"> }
  | { readonly do: "visit"; readonly client: string; readonly visit: RoundVisit }
  | { readonly do: "timeline" }
  | { readonly do: "status" }
  | { readonly do: "stop" };

export type LabAnswer =
  | { readonly kind: "line"; readonly line: Record<string, unknown> }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "refused"; readonly reason: string };

export interface LabStatus extends LabScenarioView {
  readonly network: NetworkStatus;
}
