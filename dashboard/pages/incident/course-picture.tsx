/** When it was, and what was demanded, ordered and said meanwhile: stacked on one axis of time. */
import * as Plot from "@observablehq/plot";
import { jeffreysInterval } from "../../../src/stats/beta.ts";
import type { Incident } from "../../api/incidents.ts";
import type { Colours } from "../../pictures/colours.ts";
import { laneOf, lanes } from "../../pictures/lanes.ts";
import { Picture } from "../../pictures/picture.tsx";
import { plotted } from "../../pictures/plot.ts";
import { LEFT, RIGHT, stacked, type TimeAxis, timeAxis, xOf } from "../../pictures/time-axis.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { aboutOf } from "./about.ts";
import { subjectOf } from "./subject.ts";

const HEIGHT = 190;
const HOUR_MS = 3_600_000;

export function CoursePicture({ incident }: { readonly incident: Incident }) {
  const words = useWords();
  const language = useLanguage();
  const said = words.incident.course;
  const bins = incident.course ?? [];
  const { onset, end } = incident;
  const fromMs = Date.parse(bins[0]?.from ?? onset.from ?? onset.to) - (bins.length === 0 ? HOUR_MS : 0);
  const toMs = Date.parse(bins.at(-1)?.to ?? end?.to ?? onset.to) + (bins.length === 0 ? HOUR_MS : 0);
  return (
    <Picture
      name="course"
      title={said.title(subjectOf(incident, words))}
      explains={said.explains}
      about={aboutOf(incident, words, language)}
      isSimulated={incident.origin === "simulated"}
      columns={Object.values(said.columns)}
      rows={[
        ...bins.map(({ from, to, troubles, votes }) => [from, to, said.lanes.measurements, troubles, votes]),
        ...incident.findings.map(({ onset: began, end: ended, role }) => [
          began.from ?? "",
          ended?.to ?? "",
          said.lanes.events,
          ...[undefined, undefined, undefined, said.roles[role]],
        ]),
        ...incident.timeline.map((entry) => [
          ...[entry.time, entry.time, said.lanes[laneOf(entry)], undefined, undefined],
          ...[entry.who, entry.text, entry.source],
        ]),
      ].map((row) => Array.from({ length: 8 }, (_, at) => row[at]))}
      draw={(widthPx, colours) => {
        const axis = timeAxis(fromMs, toMs, widthPx);
        const spans = incident.findings.map(({ onset: began, end: ended, role }) => ({
          ...{ from: began.from, to: began.to, endFrom: ended?.from, endTo: ended?.to },
          label: said.roles[role],
        }));
        const below = lanes({ spans, timeline: incident.timeline }, axis, colours, words);
        return stacked(bins.length > 0 ? [shares(incident, axis, colours, said), below] : [below], widthPx);
      }}
    />
  );
}

function shares(
  { course = [], onset, end }: Incident,
  axis: TimeAxis,
  colours: Colours,
  said: { readonly share: string; readonly gap: string },
): SVGElement {
  const points = course
    .filter(({ votes }) => votes > 0)
    .map(({ from, to, troubles, votes }) => ({
      ...{ at: new Date((Date.parse(from) + Date.parse(to)) / 2), share: troubles / votes },
      ...{ ...jeffreysInterval(troubles, votes), title: `${troubles} / ${votes}` },
    }));
  const held = {
    x1: new Date(Math.max(axis.fromMs, Date.parse(onset.to))),
    x2: new Date(Math.min(axis.toMs, end ? Date.parse(end.from ?? end.to) : axis.toMs)),
  };
  const gaps = course.filter(({ votes }) => votes === 0);
  return plotted(
    {
      height: HEIGHT,
      ...{ marginLeft: LEFT, marginRight: RIGHT, marginTop: 16, marginBottom: 24 },
      x: xOf(axis),
      y: {
        domain: [0, 1],
        percent: false,
        label: null,
        tickFormat: (share: number) => `${100 * share} %`,
        ticks: 3,
      },
      marks: [
        Plot.rect(held.x2 > held.x1 ? [held] : [], {
          x1: "x1",
          x2: "x2",
          y1: 0,
          y2: 1,
          fill: colours.event,
          fillOpacity: 0.6,
        }),
        Plot.gridY({ stroke: colours.grid, strokeOpacity: 1, ticks: 3 }),
        Plot.rect(gaps, {
          ...{ x1: ({ from }) => new Date(from), x2: ({ to }) => new Date(to), y1: 0, y2: 0.03 },
          ...{ fill: colours.quiet, title: () => said.gap },
        }),
        Plot.ruleX(points, {
          x: "at",
          y1: "low",
          y2: "high",
          stroke: colours.trouble,
          strokeWidth: 1.5,
          strokeOpacity: 0.6,
        }),
        Plot.dot(points, { x: "at", y: "share", r: 3.2, fill: colours.trouble, title: "title" }),
      ],
    },
    axis.widthPx,
    colours,
  );
}
