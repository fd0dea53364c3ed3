/**
 * An order as given: what it is aimed at, with which rules, for whom, for how long, on whose initiative. Made from a
 * template of the scenario's or a person's; one that makes no sense is refused with the reason. Times are scenario
 * clock, ms since the epoch.
 */
import { failure, type Result, success } from "../../base/problem.ts";
import type { RuleList } from "../../rules/rule.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { OrderKind, OrderTemplate } from "../scenario/story.ts";
import { plainRules } from "./plain-rules.ts";

export const ISSUERS = ["plan", "ladder", "person"] as const;
export type Issuer = (typeof ISSUERS)[number];

/** An exercise that does not say how long it lasts. */
export const DEFAULT_EXERCISE_MS = 60 * 60_000;

interface Issued {
  /** Unique, lifted orders included. */
  readonly id: string;
  readonly issuedMs: number;
  readonly by: Issuer;
  /** As the template named them. */
  readonly targets: readonly string[];
  readonly share: OrderTemplate["share"];
  readonly networks?: readonly string[];
  readonly reason?: string;
}

export interface Order extends Issued {
  readonly kind: Exclude<OrderKind, "lift">;
  /** `targets`, with platforms replaced by their sites. */
  readonly names: readonly string[];
  readonly rules: RuleList;
  /** It ends by itself then; absent: when it is lifted. */
  readonly endsMs?: number;
}

export interface LiftOrder extends Issued {
  readonly kind: "lift";
  readonly names: readonly string[];
  /** Orders that end, by id; absent: all that are aimed at any of the targets. */
  readonly lifts?: readonly string[];
}

export type Origin = Pick<Issued, "id" | "issuedMs" | "by" | "reason">;

/** Whatever an order's template may be, it becomes an order or a lift. */
export function makeOrder(
  template: OrderTemplate,
  { reason, ...origin }: Origin,
  { story, rules }: Pick<Scenario, "story" | "rules">,
): Result<Order | LiftOrder> {
  const { kind, targets, share, networks } = template;
  const names = targets.flatMap((target) => {
    const platform = story.platforms.find(({ name }) => name === target);
    return platform && platform.sites.length > 0 ? platform.sites : [target];
  });
  const issued = {
    ...origin,
    targets,
    names,
    share,
    ...(networks ? { networks } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  if (kind === "lift") {
    if (targets.length === 0 && !template.lifts?.length) return failure("says neither what nor whom to lift");
    return success({ ...issued, kind, ...(template.lifts ? { lifts: template.lifts } : {}) });
  }
  const list = ruleListOf(template, names, origin.id, rules);
  if (!list.ok) return list;
  const { forMs = kind === "exercise" ? DEFAULT_EXERCISE_MS : undefined } = template;
  const end = forMs === undefined ? {} : { endsMs: origin.issuedMs + forMs };
  return success({ ...issued, kind, rules: list.value, ...end });
}

function ruleListOf(
  { kind, rules: named }: OrderTemplate,
  names: readonly string[],
  id: string,
  lists: Scenario["rules"],
): Result<RuleList> {
  if (named === undefined) return plainRules(kind === "block" ? "block" : "throttle", id, names);
  if (!Object.hasOwn(lists, named)) return failure(`there is no rule list '${named}'`);
  return success(lists[named]!);
}
