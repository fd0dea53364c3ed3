/** `/targets` and `/networks`: what was measured, worst first; `/targets/NAME`, `/networks/ASN`: one of them. */
import { type PairRow, useNetworkNames, usePairs } from "../../api/pairs.ts";
import { Link, useAddress } from "../../frame/address.tsx";
import { Asked } from "../../frame/asked.tsx";
import { percent, whole } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { networkWords } from "../overview/network-words.ts";
import type { PageProps } from "../pages.tsx";
import { NetworkPage, networkPath, TargetPage, targetPath } from "./pair-pages.tsx";

const MOST_SHOWN = 300;

export function Targets({ rest: [name] }: PageProps) {
  return name === undefined ? <Listed of="domain" /> : <TargetPage key={name} target={name} />;
}

export function Networks({ rest: [asn] }: PageProps) {
  return asn === undefined ? <Listed of="probe_asn" /> : <NetworkPage key={asn} asn={asn.toUpperCase()} />;
}

function Listed({ of }: { readonly of: "domain" | "probe_asn" }) {
  const { pairs: words, picture } = useWords();
  const language = useLanguage();
  const { query } = useAddress();
  const country = query.get("country") ?? undefined;
  const answer = usePairs({ probe_cc: country, grain: "all", by: "network", speeds: false });
  const names = useNetworkNames(country);
  const path = of === "domain" ? targetPath : networkPath;
  const shareOf = (part: number, all: number): string =>
    all === 0 ? "–" : words.share(percent(part / all, language), whole(part, language), whole(all, language));
  return (
    <>
      <h1>{of === "domain" ? words.targetsTitle : words.networksTitle}</h1>
      <p>{words.lead}</p>
      <Asked answer={answer}>
        {({ results, metadata }) => {
          const sums = summed(results, of);
          if (sums.length === 0) return <p className="note">{words.noneYet}</p>;
          return (
            <div className="wide">
              {metadata.simulated !== undefined && (
                <p>
                  <span className="simulated">{picture.simulated}</span> {picture.simulatedNote}
                </p>
              )}
              <table>
                <thead>
                  <tr>
                    <th scope="col">{of === "domain" ? words.target : words.network}</th>
                    <th scope="col" className="number">
                      {words.measurements}
                    </th>
                    <th scope="col" className="number">
                      {words.pairs}
                    </th>
                    <th scope="col" className="number">
                      {words.slow}
                    </th>
                    <th scope="col" className="number">
                      {words.failed}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {sums.slice(0, MOST_SHOWN).map(({ name, measurements, pairs, slow, fast, failed }) => (
                    <tr key={name}>
                      <th scope="row">
                        <Link to={path(name)}>{networkWords(name, names)}</Link>
                      </th>
                      <td className="number">{whole(measurements, language)}</td>
                      <td className="number">{whole(pairs, language)}</td>
                      <td className="number">{shareOf(slow, slow + fast)}</td>
                      <td className="number">{shareOf(failed, measurements)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Asked>
    </>
  );
}

interface Sum {
  readonly name: string;
  measurements: number;
  pairs: number;
  slow: number;
  fast: number;
  failed: number;
}

/** Worst first: by the share of judged pairs that are throttled, then by measurements. */
function summed(rows: readonly PairRow[], of: "domain" | "probe_asn"): Sum[] {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    const name = row[of] ?? "";
    const sum = sums.get(name) ?? { name, measurements: 0, pairs: 0, slow: 0, fast: 0, failed: 0 };
    sum.measurements += row.measurements;
    sum.pairs += row.pairs;
    sum.slow += row.slow;
    sum.fast += row.fast;
    sum.failed += row.failed;
    sums.set(name, sum);
  }
  const share = ({ slow, fast }: Sum): number => (slow + fast === 0 ? 0 : slow / (slow + fast));
  return [...sums.values()].sort((a, b) => share(b) - share(a) || b.measurements - a.measurements);
}
