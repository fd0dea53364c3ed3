/** Target over control through time, with the changes that were found and what was said, on one axis. */
import * as Plot from "@observablehq/plot";
import type { TimelineEntry } from "../../../src/observation/timeline-entry.ts";
import type { PairRow } from "../../api/pairs.ts";
import type { Colours } from "../../pictures/colours.ts";
import { lanes, type Span } from "../../pictures/lanes.ts";
import { Picture } from "../../pictures/picture.tsx";
import { plotted } from "../../pictures/plot.ts";
import { LEFT, RIGHT, stacked, type TimeAxis, timeAxis, xOf } from "../../pictures/time-axis.ts";
import { useWords } from "../../words/words.tsx";
import { coursePoints, HIGHEST, LOWEST, type Point } from "./course-points.ts";

const HEIGHT = 260;

export interface CourseProps {
  readonly target: string;
  readonly network: string;
  readonly about: readonly string[];
  readonly isSimulated: boolean;
  readonly rows: readonly PairRow[];
  readonly stepMs: number;
  readonly changes: readonly Span[];
  readonly timeline: readonly TimelineEntry[];
}

export function CoursePicture({
  target,
  network,
  about,
  isSimulated,
  rows,
  stepMs,
  changes,
  timeline,
}: CourseProps) {
  const words = useWords();
  const said = words.pairs.course;
  const times = rows.map(({ from }) => Date.parse(from!));
  const [fromMs, toMs] = [times[0]!, times.at(-1)! + stepMs];
  const inside = timeline.filter(({ time }) => Date.parse(time) >= fromMs && Date.parse(time) <= toMs);
  return (
    <Picture
      name="course"
      title={said.title(target, network)}
      explains={said.explains(LOWEST, HIGHEST)}
      about={about}
      isSimulated={isSimulated}
      columns={Object.values(said.columns)}
      rows={rows.map((row) => [
        ...[row.from, row.measurements, row.pairs, row.slow, row.fast],
        ...[row.ratio_p10, row.ratio_p50, row.ratio_p90, row.target_p50_bps, row.control_p50_bps],
      ])}
      draw={(widthPx, colours) => {
        const axis = timeAxis(fromMs, toMs, widthPx);
        const above = ratios(rows, stepMs, axis, colours, said.equal);
        if (changes.length === 0 && inside.length === 0) return stacked([above], widthPx);
        return stacked([above, lanes({ spans: changes, timeline: inside }, axis, colours, words)], widthPx);
      }}
    />
  );
}

function ratios(
  rows: readonly PairRow[],
  stepMs: number,
  axis: TimeAxis,
  colours: Colours,
  equal: string,
): SVGElement {
  const { points, beyond } = coursePoints(rows, stepMs);
  const fill = ({ isSlow }: Point): string => (isSlow ? colours.target : colours.paper);
  return plotted(
    {
      height: HEIGHT,
      ...{ marginLeft: LEFT, marginRight: RIGHT, marginTop: 14, marginBottom: 36 },
      x: xOf(axis),
      y: {
        type: "log",
        domain: [LOWEST, HIGHEST],
        label: null,
        tickFormat: (ratio: number) => `× ${ratio}`,
        ticks: [0.01, 0.1, 1],
      },
      marks: [
        Plot.gridY([0.01, 0.1], { stroke: colours.grid, strokeOpacity: 1 }),
        Plot.ruleY([1], { stroke: colours.control, strokeWidth: 1.5 }),
        Plot.text([1], {
          y: (one: number) => one,
          frameAnchor: "right",
          textAnchor: "end",
          dy: -8,
          text: () => equal,
          fill: colours.control,
          ...{ stroke: colours.paper, strokeWidth: 5 },
        }),
        Plot.ruleX(points, {
          x: "at",
          y1: "low",
          y2: "high",
          stroke: colours.target,
          strokeOpacity: 0.45,
          strokeWidth: 1.5,
        }),
        Plot.dot(
          points.filter(({ isInside }) => isInside),
          { x: "at", y: "middle", r: 3.2, stroke: colours.target, title: "title", fill },
        ),
        ...beyond.map((one) =>
          Plot.dot([one], {
            ...{ x: "at", y: "edge", symbol: "triangle" as const, rotate: one.side === "below" ? 180 : 0 },
            ...{ r: one.isMedian ? 4.5 : 2.6, stroke: colours.target, title: "title", clip: false, fill },
            ariaLabel: `beyond-${one.side}`,
          }),
        ),
      ],
    },
    axis.widthPx,
    colours,
  );
}
