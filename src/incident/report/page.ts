/**
 * An incident as one page that needs nothing else: no script, no request to anywhere. What is said on it is in the record
 * beside it; the picture is inside.
 */
import { escaped } from "./picture.ts";

export interface PageSection {
  readonly heading: string;
  /** Paragraphs, or rows of a table with its head first. */
  readonly paragraphs?: readonly string[];
  readonly items?: readonly string[];
  readonly table?: readonly (readonly string[])[];
}

export interface Page {
  readonly title: string;
  readonly sentence: string;
  readonly isSimulated: boolean;
  readonly svg: string;
  readonly sections: readonly PageSection[];
  readonly footer: readonly string[];
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #ddd;vertical-align:top}
.mark{background:#b00020;color:#fff;padding:.4rem .8rem;font-weight:700}svg{width:100%;height:auto;border:1px solid #ddd}footer{color:#555;font-size:.875rem;margin-top:3rem}
@media(prefers-color-scheme:dark){body{background:#16181b;color:#e8e8e8}td,th{border-color:#444}footer{color:#aaa}}`;

export function pageOf({ title, sentence, isSimulated, svg, sections, footer }: Page): string {
  const mark = isSimulated
    ? `<p class="mark">SIMULATED: a reconstruction in a laboratory, not a measurement of the world</p>`
    : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${isSimulated ? "SIMULATED: " : ""}${escaped(title)}</title><style>${STYLE}</style></head><body>
${mark}<h1>${escaped(title)}</h1><p>${escaped(sentence)}</p>
${svg}
${sections.map(sectionHtml).join("\n")}
<footer>${footer.map((line) => `<p>${escaped(line)}</p>`).join("")}</footer>
</body></html>
`;
}

function sectionHtml({ heading, paragraphs = [], items = [], table = [] }: PageSection): string {
  const list =
    items.length > 0 ? `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>` : "";
  const [head, ...rows] = table;
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  const rowsHtml = head
    ? `<table><thead>${cells(head, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("")}</tbody></table>`
    : "";
  return `<section><h2>${escaped(heading)}</h2>${paragraphs.map((one) => `<p>${escaped(one)}</p>`).join("")}${list}${rowsHtml}</section>`;
}
