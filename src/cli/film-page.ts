/** The films of page loads as one page of its own: a row a load, a column a moment. Nothing is fetched to show it. */
import { formatDuration } from "../base/units.ts";
import { escaped } from "../incident/report/picture.ts";
import type { PageLoad } from "../observation/page-load.ts";
import { FILM_MS, type Frame } from "../probe/page-load/film.ts";

export interface FilmedLoad {
  readonly load: PageLoad;
  readonly film: readonly Frame[];
}

export function filmPage(loads: readonly FilmedLoad[]): string {
  const isSimulated = loads.some(({ load }) => load.origin === "simulated");
  const head = FILM_MS.map((ms) => `<th scope="col">${ms / 1000} s</th>`).join("");
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>What people saw</title>` +
    `<style>body{font:15px/1.4 sans-serif;margin:2em}th{font-weight:normal;text-align:left;padding:4px;vertical-align:top}` +
    `img{width:150px;border:1px solid #888}td{padding:4px;vertical-align:top}table{border-collapse:collapse}</style>` +
    `<h1>${isSimulated ? "SIMULATED: " : ""}What people saw, and when</h1><table><tr><th scope="col">load</th>${head}</tr>` +
    `${loads.map(rowOf).join("")}</table></html>\n`
  );
}

function rowOf({ load, film }: FilmedLoad): string {
  const { url, role, cache, time, largestPictureUs } = load;
  const when =
    largestPictureUs === undefined ? "" : `<br>largest picture ${formatDuration(largestPictureUs)}`;
  const cells = FILM_MS.map((ms) => {
    const frame = film.find((one) => one.ms === ms);
    return `<td>${frame ? `<img src="data:image/jpeg;base64,${frame.picture}" alt="after ${ms / 1000} s">` : ""}</td>`;
  });
  return `<tr><th scope="row">${escaped(url)}<br>${role}, ${cache}<br>${time}${when}</th>${cells.join("")}</tr>`;
}
