/**
 * A picture that answers one question: the question as its title, the drawing, and inside it what it is about (target,
 * network, dates, sample size, source, SIMULATED). Beside it its rows as a table, files of it, and how to embed it. It is
 * drawn anew for the width and the theme; files are drawn light and wide.
 */
import { useEffect, useId, useRef, useState } from "react";
import { questionMark, useAddress } from "../frame/address.tsx";
import { useTheme } from "../frame/theme.tsx";
import { useWords } from "../words/words.tsx";
import { type Caption, composed } from "./caption.ts";
import { COLOURS, type Colours } from "./colours.ts";
import { csvOf, pngOf, type Rows, save, svgText } from "./files.ts";
import { RowsTable } from "./rows-table.tsx";

const FILE_WIDTH = 960;
const LEAST_WIDTH = 280;

export interface PictureProps extends Rows {
  /** Of files, and in the address of an embedded one: "what-happened". Unique on its page. */
  readonly name: string;
  readonly title: string;
  readonly explains?: string;
  /** Target, network, dates (UTC), n, source. */
  readonly about: readonly string[];
  readonly isSimulated: boolean;
  readonly draw: (widthPx: number, colours: Colours) => SVGElement;
}

/** Embedded, the one that was asked for alone: `?picture=NAME`. */
export function Picture(props: PictureProps) {
  const { isEmbedded, query } = useAddress();
  const wanted = query.get("picture");
  return isEmbedded && wanted !== null && wanted !== props.name ? null : <Figure {...props} />;
}

function Figure(props: PictureProps) {
  const { name, title, columns, rows } = props;
  const words = useWords().picture;
  const { theme } = useTheme();
  const { isEmbedded, query } = useAddress();
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [panel, setPanel] = useState<"table" | "embed">();
  const id = useId();
  useEffect(() => {
    // A page that is still hidden has no width: nothing is drawn for it.
    const watched = new ResizeObserver(([entry]) => {
      const room = Math.floor(entry!.contentRect.width);
      if (room > 0) setWidth(Math.max(LEAST_WIDTH, room));
    });
    watched.observe(place.current!);
    return () => watched.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0) return;
    const svg = drawn(props, width, COLOURS[theme], words.simulated);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", labelOf(props, words.simulated));
    place.current!.replaceChildren(svg);
  });
  const forFile = (): SVGSVGElement => drawn(props, FILE_WIDTH, COLOURS.light, words.simulated);
  const toggle = (wanted: "table" | "embed"): void => setPanel(panel === wanted ? undefined : wanted);
  return (
    <figure className="picture" data-picture={name} aria-label={title}>
      <div ref={place} className="drawing" />
      <div className="tools">
        <button
          type="button"
          aria-expanded={panel === "table"}
          aria-controls={`${id}-table`}
          onClick={() => toggle("table")}
        >
          {words.asTable}
        </button>
        <button type="button" onClick={() => save(text(csvOf(marked(props)), "text/csv"), `${name}.csv`)}>
          CSV
        </button>
        <button type="button" onClick={() => save(text(svgText(forFile()), "image/svg+xml"), `${name}.svg`)}>
          SVG
        </button>
        <button type="button" onClick={() => void pngOf(forFile()).then((blob) => save(blob, `${name}.png`))}>
          PNG
        </button>
        {isEmbedded ? (
          <a
            href={`${location.pathname.replace(/^\/embed/, "")}${location.search}`}
            target="_blank"
            rel="noreferrer"
          >
            {words.whole}
          </a>
        ) : (
          <button
            type="button"
            aria-expanded={panel === "embed"}
            aria-controls={`${id}-embed`}
            onClick={() => toggle("embed")}
          >
            {words.embed}
          </button>
        )}
      </div>
      {panel === "embed" && (
        <label className="embed" id={`${id}-embed`}>
          {words.embedHow}
          <textarea
            readOnly
            rows={3}
            value={frameText(name, title, query)}
            onFocus={(e) => e.target.select()}
          />
        </label>
      )}
      <div id={`${id}-table`}>
        {panel === "table" && <RowsTable title={title} columns={columns} rows={rows} />}
      </div>
    </figure>
  );
}

function drawn(
  { title, explains, about, isSimulated, draw }: PictureProps,
  width: number,
  colours: Colours,
  mark: string,
) {
  const caption: Caption = {
    ...{ title, about },
    ...(explains !== undefined && { explains }),
    ...(isSimulated && { simulated: mark }),
  };
  return composed((room) => draw(room, colours), caption, width, colours);
}

function labelOf({ title, explains, about, isSimulated }: PictureProps, mark: string): string {
  return [...(isSimulated ? [mark] : []), title, explains ?? [], about].flat().join(". ");
}

/** Rows of a simulation say so, each. */
function marked({ columns, rows, isSimulated }: PictureProps): Rows {
  return isSimulated
    ? { columns: ["simulated", ...columns], rows: rows.map((row) => ["SIMULATED", ...row]) }
    : { columns, rows };
}

function text(content: string, type: string): Blob {
  return new Blob([content], { type: `${type};charset=utf-8` });
}

function frameText(name: string, title: string, query: URLSearchParams): string {
  const asked = new URLSearchParams(query);
  asked.set("picture", name);
  const from = `${location.origin}/embed${location.pathname}${questionMark(asked)}`;
  const safe = title.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<iframe src="${from.replace(/&/g, "&amp;")}" title="${safe}" width="100%" height="520" style="border:0" loading="lazy"></iframe>`;
}
