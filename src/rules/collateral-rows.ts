/** What is hit beyond the intent, as flat rows: for records, tables and pages (docs/format.md, collateral). */
import { formatPrefix } from "./address-prefix.ts";
import { type Collateral, type CollateralHit, compareCollateral } from "./collateral.ts";
import { judgeRule, type RuleHit } from "./explain.ts";
import { formatPattern } from "./name-pattern.ts";

const SHARE_DIGITS = 9;

export interface CollateralRow {
  readonly name: string;
  readonly rank: number | null;
  /** Of all popularity, 0 to 1. */
  readonly share: number;
  readonly rule: string;
  readonly pattern: string | null;
  readonly prefix: string | null;
  readonly addresses?: { readonly hit: number; readonly known: number };
  readonly hosting?: string;
  readonly change?: "freed" | "added" | "kept";
}

/** `before`: an earlier list that saw the same names; each row then says what the change does to it. */
export function collateralRows(now: Collateral, before?: Collateral): CollateralRow[] {
  if (!before) return now.hits.map((hit) => collateralRow(now, hit));
  const change = compareCollateral(before, now);
  return (["freed", "added", "kept"] as const).flatMap((kind) => {
    const collateral = kind === "freed" ? before : now;
    return change[kind].map((hit) => ({ ...collateralRow(collateral, hit), change: kind }));
  });
}

export function collateralRow(collateral: Collateral, hit: CollateralHit): CollateralRow {
  const { name, rank = null, rule, flow, addresses, hosting } = hit;
  const judged = judgeRule(rule, flow);
  return {
    name,
    rank,
    share: rounded(collateral.shareOf([hit])),
    ...hitFields("misses" in judged ? { rule } : judged),
    ...(addresses && { addresses }),
    ...(hosting !== undefined && { hosting }),
  };
}

/** How a rule is named in records, and what of it matched. */
export function hitFields({ rule, pattern, prefix }: RuleHit) {
  return {
    rule: rule.id,
    pattern: pattern ? formatPattern(pattern) : null,
    prefix: prefix ? formatPrefix(prefix) : null,
  };
}

export function rounded(share: number): number {
  return Number(share.toFixed(SHARE_DIGITS));
}
