/**
 * The Russian registry's dump as volunteers publish it (github.com/zapret-info/z-i, dump.csv): Windows-1251, fields
 * between semicolons: addresses joined by `|`, domains, URLs, authority, decision number, date. The first line says
 * when it was updated. What the fields mean to a box that has no state for URLs:
 * - by "name", a line's domains (or the hosts of its URLs); lines that have none, by their addresses;
 * - by "address", a line's addresses, whatever it is meant for, as operators without inspection block; lines that
 *   have none, by name.
 * A URL thus becomes its whole host. Rules are called `line-N`, and the decision's number where there is one.
 */
import type { Problem, Result } from "../base/problem.ts";
import type { Action } from "./action.ts";
import { parsePrefix } from "./address-prefix.ts";
import { splitFields } from "./line-fields.ts";
import { LineReader, type LineReading, lineRule } from "./line-reader.ts";
import { parsePattern } from "./name-pattern.ts";
import { patternIntent } from "./plain-list.ts";
import type { AddressPrefix, NamePattern, Rule } from "./rule.ts";

export const REGISTRY_CRITERIA = ["name", "address"] as const;
export type RegistryCriterion = (typeof REGISTRY_CRITERIA)[number];

const FIELDS = 6;
const LONGEST_NUMBER = 100;

export function registryReader(
  criterion: RegistryCriterion,
  action: Action,
  onProblem: (problem: Problem) => void,
): LineReader {
  const read = (text: string, line: number): LineReading => readLine(text, line, criterion, action);
  return new LineReader("windows-1251", read, onProblem);
}

function readLine(text: string, line: number, criterion: RegistryCriterion, action: Action): LineReading {
  if (text.trim() === "" || (line === 1 && /^\s*Updated:/i.test(text))) return { kind: "comment" };
  const fields = splitFields(text, ";");
  if (!fields) return { kind: "broken", reason: "its quotes are not closed" };
  // Parts of the dump end with the decision's number, or have empty fields behind the date.
  if (fields.length < FIELDS - 1 || fields.slice(FIELDS).some((field) => field.trim() !== ""))
    return { kind: "broken", reason: `it has ${fields.length} fields; a line of the registry has ${FIELDS}` };
  const [addressField = "", domainField = "", urlField = "", , number = ""] = fields;
  const leftOut: string[] = [];
  // A packet to a host that is an address carries no name.
  const hosts = hostsOf(urlField);
  const places = addressField.trim() === "" ? hosts.filter(isAddress) : addressField.split("|");
  const addresses = readAll(places, parsePrefix, leftOut);
  const domains = readAll(domainField.split("|"), parsePattern, leftOut);
  const named = hosts.filter((host) => !isAddress(host));
  const names = domains.length > 0 ? domains : readAll(named, parsePattern, leftOut);
  const used = criteriaOf(names, addresses, criterion);
  if (!used) return { kind: "broken", reason: leftOut.join("; ") || "it has no address, domain or host" };
  const decision = number.trim().slice(0, LONGEST_NUMBER);
  const id = decision === "" ? `line-${line}` : `line-${line}:${decision}`;
  return lineRule(id, line, used, names.map(patternIntent), action, leftOut);
}

function criteriaOf(
  names: readonly NamePattern[],
  addresses: readonly AddressPrefix[],
  criterion: RegistryCriterion,
): Partial<Pick<Rule, "names" | "addresses">> | undefined {
  if (names.length === 0 && addresses.length === 0) return undefined;
  const byName = names.length > 0 && (criterion === "name" || addresses.length === 0);
  return byName ? { names } : { addresses };
}

/** What can be read of the parts; what cannot is named. */
function readAll<T>(
  parts: readonly string[],
  read: (part: string) => Result<T>,
  leftOut: string[],
): readonly T[] {
  const found: T[] = [];
  for (const part of parts) {
    const text = part.trim();
    if (text === "") continue;
    const result = read(text);
    if (result.ok) found.push(result.value);
    else leftOut.push(result.problem.reason);
  }
  return found;
}

/** A bar may be part of a URL, but not of its host. */
function hostsOf(field: string): string[] {
  return field
    .split(/\|\s*(?=https?:)/i)
    .map((url) => /^\s*[a-z]+:\/\/(?:[^/?#@|]*@)?([^/?#|:]*)/i.exec(url)?.[1] ?? url.trim());
}

function isAddress(text: string): boolean {
  return parsePrefix(text.trim()).ok;
}
