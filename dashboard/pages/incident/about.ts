/** What stands inside the pictures of an incident: target, networks, dates, n, source. */
import type { Incident } from "../../api/incidents.ts";
import { day, moment, whole } from "../../words/figures.ts";
import type { Language, Words } from "../../words/words.tsx";
import { subjectOf } from "./subject.ts";

export function aboutOf(incident: Incident, words: Words, language: Language): string[] {
  const { picture } = words;
  const [main] = incident.findings;
  const hit = main!.networks.filter(({ part }) => part === "affected");
  const networks =
    hit.length > 0 && hit.length <= 3 && hit.length === main!.networksAffected
      ? hit.map(({ asn, networkName }) => (networkName ? `${networkName} (AS${asn})` : `AS${asn}`)).join(", ")
      : whole(main!.networksAffected, language);
  const course = incident.course ?? [];
  const from = course[0]?.from ?? incident.onset.from ?? incident.onset.to;
  const to = course.at(-1)?.to ?? incident.end?.to ?? incident.onset.to;
  const short =
    day(from) === day(to) ? moment : Date.parse(to) - Date.parse(from) > 3 * 86_400_000 ? day : moment;
  return [
    picture.target(subjectOf(incident, words)),
    hit.length > 3 || hit.length < main!.networksAffected
      ? picture.networks(networks)
      : picture.network(networks),
    picture.dates(short(from), short(to)),
    picture.measurements(whole(main!.votes, language)),
    picture.source(picture.origins[incident.origin], incident.methodVersion),
  ];
}
