/** `/`: which targets are in trouble from which networks, and what changed. */
import { useMemo, useRef } from "react";
import { useChanges } from "../../api/changes.ts";
import { type PairRow, useNetworkNames, usePairs } from "../../api/pairs.ts";
import { pathTo, useAddress } from "../../frame/address.tsx";
import { Asked } from "../../frame/asked.tsx";
import { Dates } from "../../frame/dates.tsx";
import { Picture } from "../../pictures/picture.tsx";
import { whole } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { CellReader } from "./cell-reader.tsx";
import { cellState } from "./cell-state.ts";
import { ChangesPart } from "./changes-part.tsx";
import { type Chooser, drawMatrix, matrixOf } from "./matrix.ts";
import { networkWords } from "./network-words.ts";

const MOST_NETWORKS = 400;
const MOST_TARGETS = 60;

export default function OverviewPage() {
  const words = useWords().overview;
  const { query } = useAddress();
  const of = (name: string): string | undefined => query.get(name) ?? undefined;
  const scope = { probe_cc: of("country"), since: of("since"), until: of("until") };
  const answer = usePairs({ ...scope, grain: "all", by: "network", speeds: false });
  return (
    <>
      <div className="around">
        <h1>{words.title}</h1>
        <div className="fields">
          <Dates />
        </div>
      </div>
      <Asked answer={answer}>
        {({ results, metadata }) =>
          results.length === 0 ? (
            <Nothing country={scope.probe_cc} />
          ) : (
            <MatrixPicture
              rows={results}
              isSimulated={metadata.simulated !== undefined}
              withheld={metadata.withheld ?? 0}
              dates={[scope.since, scope.until]}
              country={scope.probe_cc}
            />
          )
        }
      </Asked>
      <ChangesPart {...(scope.probe_cc !== undefined && { country: scope.probe_cc })} />
    </>
  );
}

/** Of an empty store what to do, otherwise why there is nothing to see. */
function Nothing({ country }: { readonly country: string | undefined }) {
  const words = useWords().overview;
  return (
    <Asked answer={useChanges({ country })}>
      {({ metadata }) => (
        <p className="note">{metadata.since === undefined ? words.empty(location.origin) : words.none}</p>
      )}
    </Asked>
  );
}

function MatrixPicture({
  rows,
  isSimulated,
  withheld,
  dates: [since, until],
  country,
}: {
  readonly rows: readonly PairRow[];
  readonly isSimulated: boolean;
  readonly withheld: number;
  readonly dates: readonly [string | undefined, string | undefined];
  readonly country: string | undefined;
}) {
  const words = useWords();
  const language = useLanguage();
  const { go } = useAddress();
  const said = words.overview;
  const { picture } = words;
  const names = useNetworkNames(country);
  const all = useMemo(() => matrixOf(rows), [rows]);
  const matrix = useMemo(
    () => ({
      ...all,
      ...{ networks: all.networks.slice(0, MOST_NETWORKS), targets: all.targets.slice(0, MOST_TARGETS) },
    }),
    [all],
  );
  const chooser = useRef<Chooser>({ choose: () => {}, mark: () => {} });
  const nameOf = (row: PairRow): string =>
    said.cell(
      networkWords(row.probe_asn!, names),
      ...([row.domain, said.cells[cellState(row)]] as const),
      ...([row.slow, row.slow + row.fast, row.failed].map((count) => whole(count, language)) as [
        ...[string, string, string],
      ]),
      whole(row.measurements, language),
    );
  const open = (row: PairRow): void => go(`${pathTo("targets", row.domain)}?asn=${row.probe_asn}`);
  const measurements = rows.reduce((sum, row) => sum + row.measurements, 0);
  return (
    <>
      <Picture
        name="matrix"
        title={said.question}
        explains={said.explains}
        about={[
          said.counts(whole(all.targets.length, language), whole(all.networks.length, language)),
          ...(matrix.networks.length < all.networks.length || matrix.targets.length < all.targets.length
            ? [said.shown(matrix.targets.length, matrix.networks.length)]
            : []),
          since || until ? picture.dates(since ?? "…", until ?? "…") : said.always,
          picture.measurements(whole(measurements, language)),
          ...(withheld > 0 ? [said.withheld(whole(withheld, language))] : []),
          isSimulated ? picture.storedSimulated : picture.stored,
        ]}
        isSimulated={isSimulated}
        columns={Object.values(said.columns)}
        rows={rows.map((row) => [
          ...[row.probe_asn, row.domain, said.cells[cellState(row)], row.measurements],
          ...[row.failed, row.pairs, row.slow, row.fast, names.get(row.probe_asn!)],
        ])}
        draw={(widthPx, colours) =>
          drawMatrix(matrix, widthPx, colours, said.cells, nameOf, names, chooser.current)
        }
      />
      <CellReader {...{ matrix, chooser, nameOf, open }} />
    </>
  );
}
