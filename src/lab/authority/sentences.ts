/**
 * A sentence a person can read for each thing that the authority's part of a timeline tells.
 */
import { counted, formatBytes } from "../../base/units.ts";
import type { NetworkKind } from "../scenario/scenario.ts";
import type { RungStep } from "../scenario/story.ts";
import { type AuthorityHappening, timelineLineSchema } from "./events.ts";
import type { Refusal } from "./open-bundle.ts";

const STEPS: Readonly<Record<RungStep, string>> = {
  warning: "is warned",
  lawsuit: "is taken to court",
  throttling: "is to be slowed down",
  suspension: "is to be blocked",
  lifting: "is to be let go",
};

const REFUSED: Readonly<Record<Refusal, string>> = {
  "bad-signature": "its signature is not the authority's",
  malformed: "it cannot be read",
  "not-newer": "it is not newer than what is installed",
};

/** Undefined for lines of others, and for what a delivery's line says already. */
export function timelineSentence(line: Readonly<Record<string, unknown>>): string | undefined {
  const parsed = timelineLineSchema.safeParse(line);
  return parsed.success && parsed.data.kind !== "acknowledged" ? happeningSentence(parsed.data) : undefined;
}

export function happeningSentence(event: AuthorityHappening): string {
  switch (event.kind) {
    case "demands":
      return demandsSentence(event);
    case "step":
      return `${event.platform} ${STEPS[event.step]}: ${thousands(event.unfulfilled)} of ${thousands(event.decided)} decided demands not followed`;
    case "policy":
      return `${event.platform} changes its answer: removes ${percent(event.policy.removed)}, refuses ${percent(event.policy.refused)}, contests ${percent(event.policy.sued)}, only answers ${percent(event.policy.answered)}`;
    case "lawsuit":
      if (event.by === "state") return `The state sues ${listed(event.platforms)}: ${event.about}`;
      return `${listed(event.platforms)} goes to court: ${event.about}${event.demands ? ` (${event.demands})` : ""}`;
    case "court-decision":
      return `The court decides on ${listed(event.platforms)} (${event.suit})${event.decision ? `: ${event.decision}` : ""}`;
    case "order":
      return `ORDER ${event.order}: ${event.what} ${listed(event.targets)}, ${shares(event.share)}, ${counted(event.devices, "device")}${because(event.reason)}`;
    case "lift":
      return liftSentence(event);
    case "order-end":
      return `ORDER ${event.order} ends by itself`;
    case "bundle":
      return `Bundle ${event.version}${event.undoes ? ` undoes bundle ${event.undoes}` : ""}: ${event.orders.length > 0 ? listed(event.orders) : "no orders"} (${formatBytes(event.bytes)})`;
    case "delivered":
      return `${deviceOf(event)} installs bundle ${event.version}: ${event.orders.length > 0 ? listed(event.orders) : "no orders"}`;
    case "acknowledged":
      return `${deviceOf(event)} acknowledges bundle ${event.version}`;
    case "missed":
      return `${deviceOf(event)} MISSES bundle ${event.version}`;
    case "refused":
      return `${deviceOf(event)} REFUSES ${event.version ? `bundle ${event.version}` : "a bundle"}: ${REFUSED[event.refusal]} (${event.detail})`;
    case "statement":
      return `${event.who}: ${event.text} [${event.source}]`;
  }
}

function demandsSentence(event: Extract<AuthorityHappening, { kind: "demands" }>): string {
  const { platform, filed, removed, refused, sued, answered, total } = event;
  const decided = [
    [removed, "removed"],
    [refused, "refused"],
    [sued, "contested"],
    [answered, "only answered"],
  ] as const;
  const parts = decided.filter(([count]) => count > 0).map(([count, word]) => `${thousands(count)} ${word}`);
  return `${platform}: ${thousands(filed)} new demands${parts.length > 0 ? `, ${parts.join(", ")}` : ""}; ${thousands(total.filed)} so far`;
}

function liftSentence(event: Extract<AuthorityHappening, { kind: "lift" }>): string {
  const lifted = event.lifted.map(({ order, left }) =>
    left === 0 ? order : `${order} (still on ${counted(left, "device")})`,
  );
  return `LIFTED: ${lifted.length > 0 ? listed(lifted) : "nothing"}${because(event.reason)}`;
}

function shares(share: Readonly<Partial<Record<NetworkKind, number>>>): string {
  const parts = Object.entries(share).map(([kind, part]) => `${percent(part)} of ${kind}`);
  return parts.length > 0 ? parts.join(", ") : "everywhere";
}

function deviceOf({ network, device }: { readonly network: string; readonly device: number }): string {
  return `${network} device ${device}`;
}

function because(reason: string | undefined): string {
  return reason === undefined ? "" : `: ${reason}`;
}

function listed(items: readonly string[]): string {
  return items.join(", ");
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** "28,000" */
function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
