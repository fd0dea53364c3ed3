/**
 * The product of an impact's factors: how many people noticed, and for how many hours in all, as intervals. What the pages
 * compute again when a reader changes a factor. Pure, and imports nothing.
 */
export const FACTOR_NAMES = ["audience", "share-on-affected-networks", "share-who-notice", "hours"] as const;
export type FactorName = (typeof FACTOR_NAMES)[number];

export interface Factor {
  readonly name: FactorName;
  readonly low: number;
  readonly high: number;
  readonly source: string;
}

export interface ImpactProduct {
  readonly users: { readonly low: number; readonly high: number };
  readonly userHours: { readonly low: number; readonly high: number };
}

/** Undefined: a factor is missing, and there is no impact. */
export function impactProduct(factors: readonly Omit<Factor, "source">[]): ImpactProduct | undefined {
  const found = FACTOR_NAMES.map((wanted) => factors.find(({ name }) => name === wanted));
  if (found.includes(undefined)) return undefined;
  const all = found as Omit<Factor, "source">[];
  const product = (bound: "low" | "high", those: typeof all): number =>
    those.reduce((total, factor) => total * factor[bound], 1);
  const people = all.filter(({ name }) => name !== "hours");
  return {
    users: { low: product("low", people), high: product("high", people) },
    userHours: { low: product("low", all), high: product("high", all) },
  };
}
