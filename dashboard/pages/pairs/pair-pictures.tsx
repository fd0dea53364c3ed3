/** The two pictures of one target, from one network or all: its course, and its hours. */
import { useNetworks, usePairs, useTimeline } from "../../api/pairs.ts";
import { useAddress } from "../../frame/address.tsx";
import { Asked } from "../../frame/asked.tsx";
import type { Span } from "../../pictures/lanes.ts";
import { day, percent, whole } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { CoursePicture } from "./course-picture.tsx";
import { HoursPicture } from "./hours-picture.tsx";

const HOUR_MS = 3_600_000;
/** Longer than so many hours: a day is one point. */
const MOST_HOURS = 200;

export function PairPictures({ target, asn }: { readonly target: string; readonly asn: string | undefined }) {
  const words = useWords();
  const language = useLanguage();
  const { query } = useAddress();
  const of = (name: string): string | undefined => query.get(name) ?? undefined;
  const scope = {
    ...{ domain: target, probe_asn: asn, probe_cc: of("country"), since: of("since"), until: of("until") },
    by: "everything" as const,
  };
  const hours = usePairs({ ...scope, grain: "hour" });
  const days = usePairs({ ...scope, grain: "day" });
  const timeline = useTimeline(scope.since, scope.until);
  const networks = useNetworks(scope.probe_cc);
  const changes: Span[] =
    networks.state === "here" && asn !== undefined
      ? networks.value.results.flatMap((record) =>
          record.type === "network" && `AS${record.asn}` === asn
            ? record.changes.map(({ from, to, shareBefore, shareAfter }) => ({
                ...{ from, to, endFrom: to, endTo: to },
                label: words.pairs.course.change(
                  percent(shareBefore, language),
                  percent(shareAfter, language),
                ),
              }))
            : [],
        )
      : [];
  return (
    <Asked answer={hours}>
      {({ results, metadata }) => {
        const measured = results.filter(({ pairs }) => pairs > 0);
        if (measured.length === 0) return <p className="note">{words.pairs.none}</p>;
        const [first, last] = [measured[0]!.from!, measured.at(-1)!.from!];
        const isLong = Date.parse(last) - Date.parse(first) > MOST_HOURS * HOUR_MS;
        const isSimulated = metadata.simulated !== undefined;
        const pairs = measured.reduce((sum, row) => sum + row.pairs, 0);
        const { picture } = words;
        const network = asn ?? words.pairs.allNetworks;
        const about = [
          ...[picture.target(target), picture.network(network), picture.dates(day(first), day(last))],
          picture.pairs(whole(pairs, language)),
          isSimulated ? picture.storedSimulated : picture.stored,
        ];
        return (
          <>
            <Asked answer={days}>
              {({ results: byDay }) => (
                <CoursePicture
                  {...{ target, network, about, isSimulated, changes }}
                  rows={isLong ? byDay : results}
                  stepMs={(isLong ? 24 : 1) * HOUR_MS}
                  timeline={timeline.state === "here" ? timeline.value.results : []}
                />
              )}
            </Asked>
            <HoursPicture {...{ target, about, isSimulated }} rows={results} />
          </>
        );
      }}
    </Asked>
  );
}
