/** What an incident was about and when, in the reader's language; made of its record. */
import { isCut, SHOWN_NAMES } from "../../../src/incident/told-names.ts";
import { type Incident, namesOf } from "../../api/incidents.ts";
import { moment } from "../../words/figures.ts";
import type { Words } from "../../words/words.tsx";

export function subjectOf(incident: Incident, words: Words): string {
  const names = namesOf(incident);
  const { networks } = incident.findings[0]!;
  if (incident.kind === "general-slowdown" || names.length === 0) {
    const hit = networks.filter(({ part }) => part === "affected").map(({ asn }) => `AS${asn}`);
    return words.incident.usersOf(shortList(hit, words));
  }
  return shortList(names, words);
}

function shortList(names: readonly string[], words: Words): string {
  if (!isCut(names)) return names.join(", ");
  return words.incident.andMore(names.slice(0, SHOWN_NAMES).join(", "), names.length - SHOWN_NAMES);
}

export function whenOf({ onset, end }: Incident, words: Words): string {
  const began = boundsOf(onset, words);
  return end ? words.incident.when(began, boundsOf(end, words)) : words.incident.whenOngoing(began);
}

function boundsOf({ from, to }: Incident["onset"], words: Words): string {
  const { unknown, between } = words.incident.onset;
  if (from === undefined) return unknown(moment(to));
  return moment(from) === moment(to) ? moment(to) : between(moment(from), moment(to));
}
