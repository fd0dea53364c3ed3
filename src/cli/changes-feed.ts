/** Changes as an Atom feed (RFC 4287) and as a page; SIMULATED stands in both where it has to. */
import type { Change } from "../incident/changes.ts";
import { pageOf } from "../incident/report/page.ts";
import { escaped } from "../incident/report/picture.ts";
import { timeOf } from "./incidents-record.ts";

export interface FeedAbout {
  readonly title: string;
  /** Where incidents can be read, with a slash at its end; links are below it. */
  readonly baseUrl: string;
  readonly updatedMs: number;
}

export function atomOf(changes: readonly Change[], { title, baseUrl, updatedMs }: FeedAbout): string {
  const entries = changes.map(
    ({ kind, incident, sentence, atMs }) => `  <entry>
    <id>${escaped(`${baseUrl}incidents/${incident.id}#${kind}`)}</id>
    <title>${escaped(`${incident.origin === "simulated" ? "SIMULATED: " : ""}${kind}: ${incident.id}`)}</title>
    <updated>${timeOf(atMs)}</updated>
    <link rel="alternate" href="${escaped(linkOf(baseUrl, incident.id))}"/>
    <summary>${escaped(sentence)}</summary>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escaped(`${baseUrl}changes`)}</id>
  <title>${escaped(`${changes.some(({ incident }) => incident.origin === "simulated") ? "SIMULATED: " : ""}${title}`)}</title>
  <updated>${timeOf(updatedMs)}</updated>
  <author><name>Brakelight</name></author>
${entries.join("\n")}
</feed>
`;
}

export function changesPage(changes: readonly Change[], { title, baseUrl }: FeedAbout): string {
  const isSimulated = changes.some(({ incident }) => incident.origin === "simulated");
  return pageOf({
    ...{ title, isSimulated, svg: "" },
    sentence:
      changes.length === 0
        ? "Nothing started, ended, spread or became uncertain."
        : `${changes.length} changes.`,
    sections: changes.map(({ kind, incident, sentence, atMs }) => ({
      heading: `${kind}: ${incident.id}`,
      paragraphs: [sentence, citationOf({ incident, atMs }, baseUrl)],
    })),
    footer: [],
  });
}

export function linkOf(baseUrl: string, id: string): string {
  return `${baseUrl}incidents/${encodeURIComponent(id)}`;
}

/** How to cite it; what was simulated says so there as well. */
export function citationOf({ incident, atMs }: Pick<Change, "incident" | "atMs">, baseUrl: string): string {
  const mark = incident.origin === "simulated" ? " (SIMULATED)" : "";
  return `Brakelight, incident ${incident.id}${mark}, ${timeOf(atMs).slice(0, 10)}, ${linkOf(baseUrl, incident.id)}`;
}
