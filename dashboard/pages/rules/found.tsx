/** What was worked out: one sentence, the rules by what they hit beyond their intent, and each name with its reason. */
import * as Plot from "@observablehq/plot";
import { shortened } from "../../pictures/caption.ts";
import { csvOf, save } from "../../pictures/files.ts";
import { Picture } from "../../pictures/picture.tsx";
import { gridLines, plotted } from "../../pictures/plot.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import type { ListReading, NameRow, RulesAnswer } from "./answer.ts";

const MOST_BARS = 20;
const MOST_ROWS = 200;
const ROW_PX = 24;
const MARGIN_PX = 150;

export function Found({ answer }: { readonly answer: RulesAnswer }) {
  const words = useWords().rules;
  const language = useLanguage();
  const percent = (share: number): string =>
    new Intl.NumberFormat(language, { style: "percent", maximumSignificantDigits: 3 }).format(share);
  const { byRule, rows, change, names, hit, intended, collateral, share } = answer;
  const bars = byRule.slice(0, MOST_BARS);
  return (
    <section>
      <h2>{words.found}</h2>
      <p className="lead" data-found={collateral}>
        {words.sentence(collateral, names, percent(share))}
      </p>
      <p>{words.meant(hit, intended)}</p>
      {change && (
        <p data-change={`${change.freed} ${change.added} ${change.kept}`}>
          {words.change(change.freed, change.added, change.kept)}
        </p>
      )}
      <Problems of={answer.now} said={words.problems} />
      {answer.before && <Problems of={answer.before} said={words.problemsBefore} />}
      {answer.namesBroken > 0 && <p className="note">{words.namesBroken(answer.namesBroken)}</p>}
      {bars.length > 0 && (
        <Picture
          name="rules"
          title={words.question}
          explains={words.explains}
          about={[words.ofNames(names), words.ofRules(answer.now.rules), words.source]}
          isSimulated={false}
          columns={["rule", "intent", "names", "share"]}
          rows={byRule.map((one) => [one.rule, one.intent.join(" "), one.names, one.share])}
          draw={(widthPx, colours) =>
            plotted(
              {
                height: 40 + ROW_PX * bars.length,
                ...{ marginLeft: MARGIN_PX, marginRight: 60 },
                x: { label: null, tickFormat: percent, ticks: Math.max(2, Math.floor(widthPx / 180)) },
                y: {
                  label: null,
                  domain: bars.map(({ rule }) => rule),
                  tickFormat: (rule: string) => shortened(rule, MARGIN_PX - 14, 12),
                },
                marks: [
                  Plot.gridX(gridLines(colours)),
                  Plot.barX(bars, { x: "share", y: "rule", fill: colours.target }),
                  Plot.text(bars, {
                    x: "share",
                    y: "rule",
                    text: (one: (typeof bars)[number]) => words.count(one.names),
                    dx: 6,
                    textAnchor: "start",
                    fill: colours.ink,
                  }),
                ],
              },
              widthPx,
              colours,
            )
          }
        />
      )}
      {rows.length > 0 && <Names rows={rows} percent={percent} />}
    </section>
  );
}

function Names({
  rows,
  percent,
}: {
  readonly rows: readonly NameRow[];
  readonly percent: (share: number) => string;
}) {
  const words = useWords().rules;
  const most = Math.max(...rows.map(({ share }) => share));
  const hasChange = rows.some(({ change }) => change !== undefined);
  const csv = (): void => {
    const columns = ["name", "rank", "share", "rule", "pattern", "change", "because"];
    const cells = rows.map((one) => [
      one.name,
      one.rank,
      one.share,
      one.rule,
      one.pattern,
      one.change,
      one.because,
    ]);
    save(new Blob([csvOf({ columns, rows: cells })], { type: "text/csv;charset=utf-8" }), "collateral.csv");
  };
  return (
    <>
      <h2>{words.namesHeading}</h2>
      <p className="tools-row">
        <button type="button" onClick={csv}>
          CSV
        </button>
        {rows.length > MOST_ROWS && <span className="note">{words.firstRows(MOST_ROWS, rows.length)}</span>}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1) */}
      <section className="wide" aria-label={words.namesHeading} tabIndex={0}>
        <table data-names="">
          <thead>
            <tr>
              <th scope="col">{words.columns.rank}</th>
              <th scope="col">{words.columns.name}</th>
              <th scope="col">{words.columns.share}</th>
              {hasChange && <th scope="col">{words.columns.change}</th>}
              <th scope="col">{words.columns.rule}</th>
              <th scope="col">{words.columns.because}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((one) => (
              <tr key={`${one.change} ${one.name}`}>
                <td className="number">{one.rank ?? ""}</td>
                <td>{one.name}</td>
                <td>
                  <meter min={0} max={most || 1} value={one.share} aria-label={percent(one.share)} />{" "}
                  {percent(one.share)}
                </td>
                {hasChange && <td>{one.change && words.changes[one.change]}</td>}
                <td>{one.rule}</td>
                <td lang="en">{one.because ?? one.pattern ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Problems({ of, said }: { readonly of: ListReading; readonly said: (count: number) => string }) {
  if (of.problemCount === 0) return null;
  return (
    <details>
      <summary>{said(of.problemCount)}</summary>
      <ul lang="en">
        {of.problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </details>
  );
}
