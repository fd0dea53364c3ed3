/** A Scope as the conditions of a ClickHouse query; every value is bound, none becomes SQL. */
import type { Scope } from "../store.ts";
import type { Bound } from "./cluster.ts";

export interface Conditions {
  /** "true" where everything is asked for. */
  readonly sql: string;
  readonly bound: Bound;
}

export function conditionsOf({ sinceMs, untilMs, country, asn, target }: Scope): Conditions {
  const bound: Record<string, string | number> = {};
  const parts: string[] = [];
  const add = (
    column: string,
    compared: string,
    type: string,
    name: string,
    value: string | number,
  ): void => {
    parts.push(`${column} ${compared} {${name}:${type}}`);
    bound[name] = value;
  };
  if (sinceMs !== undefined) add("timeMs", ">=", "Int64", "sinceMs", Math.ceil(sinceMs));
  if (untilMs !== undefined) add("timeMs", "<", "Int64", "untilMs", Math.ceil(untilMs));
  if (country !== undefined) add("country", "=", "String", "country", country);
  if (asn !== undefined) add("asn", "=", "UInt32", "asn", asn);
  if (target !== undefined) add("target", "=", "String", "target", target);
  return { sql: parts.length === 0 ? "true" : parts.join(" AND "), bound };
}

/** The same of `heads`: measurements that were aimed at a target, each found by all names it was aimed at. */
export function listedOf({ target, ...rest }: Scope): Conditions {
  const { sql, bound } = conditionsOf(rest);
  if (target === undefined) return { sql: `isAimed AND ${sql}`, bound };
  return { sql: `isAimed AND ${sql} AND has(targets, {target:String})`, bound: { ...bound, target } };
}
