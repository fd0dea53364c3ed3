/** What happened lately, the newest first: orders, bundles, faults, statements. */
import { useWords } from "../../words/words.tsx";
import type { Line } from "./lab-client.ts";

const MOST = 30;
/** What each kind of line is told by, beside its kind. */
const TOLD = [
  "order",
  "what",
  "by",
  "targets",
  "version",
  "network",
  "device",
  "fault",
  "site",
  "who",
  "text",
  "platform",
  "step",
  "reason",
];
/** Too many to be read. */
const QUIET = new Set(["acknowledged", "demands"]);

export function Happened({ lines }: { readonly lines: readonly Line[] }) {
  const said = useWords().laboratory;
  const shown = lines
    .filter(({ kind }) => !QUIET.has(String(kind)))
    .slice(-MOST)
    .reverse();
  if (shown.length === 0) return null;
  return (
    <section>
      <h2>{said.happened}</h2>
      <ol className="list" lang="en">
        {shown.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name
          <li key={at}>
            <span className="note">{String(line["time"]).slice(0, 19).replace("T", " ")}</span>{" "}
            <strong>{String(line["kind"])}</strong>{" "}
            {TOLD.flatMap((name) => (line[name] === undefined ? [] : [`${name} ${String(line[name])}`])).join(
              ", ",
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
