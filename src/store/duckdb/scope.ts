/** A Scope as the conditions of a query; every value is bound, none becomes SQL. */
import type { Scope } from "../store.ts";
import type { Bound } from "./database.ts";

export interface Conditions {
  /** "true" where everything is asked for. */
  readonly sql: string;
  readonly bound: Bound;
}

/** `target`: how the target's name is found in the query; by default the row's own. */
export function conditionsOf(scope: Scope, targetColumn = '"target"'): Conditions {
  const { sinceMs, untilMs, country, asn, target } = scope;
  const bound: Record<string, string | bigint | number> = {};
  const parts: string[] = [];
  const add = (sql: string, name: string, value: string | bigint | number): void => {
    parts.push(`${sql} $${name}`);
    bound[name] = value;
  };
  if (sinceMs !== undefined) add('"timeMs" >=', "sinceMs", BigInt(Math.ceil(sinceMs)));
  if (untilMs !== undefined) add('"timeMs" <', "untilMs", BigInt(Math.ceil(untilMs)));
  if (country !== undefined) add('"country" =', "country", country);
  if (asn !== undefined) add('"asn" =', "asn", asn);
  if (target !== undefined) add(`${targetColumn} =`, "target", target);
  return { sql: parts.length === 0 ? "true" : parts.join(" AND "), bound };
}

/**
 * The same of `heads`: measurements that were aimed at a target, by where and when they began. One that was aimed at
 * several is found by each of their names.
 */
export function listedOf({ target, ...rest }: Scope): Conditions {
  const { sql, bound } = conditionsOf(rest);
  if (target === undefined) return { sql: `targets > 0 AND ${sql}`, bound };
  const named = `(target = $target OR (targets > 1 AND "measurementId" IN
    (SELECT "measurementId" FROM observations WHERE role = 'target' AND target = $target)))`;
  return { sql: `targets > 0 AND ${sql} AND ${named}`, bound: { ...bound, target } };
}
