/** Questions about sets: aggregation (as OONI names it), hourly speeds. Groups that could be told apart are withheld. */
import type { FastifyInstance } from "fastify";
import {
  AGGREGATION_AXES,
  type AggregationAxis,
  type HourlySpeed,
  PAIR_GRAINS,
  type PairCourseQuery,
  type PairCourseRow,
  type Quantiles,
  TIME_GRAINS,
  type TimeGrain,
} from "../../store/store.ts";
import { Refusal } from "../refusal.ts";
import { FORMATS, type Format, type PlainRow, sendRows } from "./answer.ts";
import type { ApiParts } from "./api.ts";
import { hourOf } from "./measurements.ts";
import { LEAST_PREFIXES } from "./public-groups.ts";
import { type Asked, SCOPE_PARAMETERS, scopeOf, UNKEPT_PARAMETERS, unkeptOf } from "./query.ts";

const MOST_GROUPS = 50_000;
const MOST_HOURS = 100_000;
const COUNTS = ["anomaly_count", "confirmed_count", "failure_count", "ok_count", "measurement_count"];
const SPEED_COLUMNS = ["hour", "probe_asn", "domain", "transfers", "p10_bps", "p50_bps", "p90_bps"];

const PAIR_COLUMNS = [
  ...["from", "probe_asn", "domain", "measurements", "failed", "pairs", "slow", "fast"],
  ...["ratio_p10", "ratio_p50", "ratio_p90", "target_p10_bps", "target_p50_bps", "target_p90_bps"],
  ...["control_p10_bps", "control_p50_bps", "control_p90_bps"],
];
const MOST_ENTRIES = 10_000;
const TIMELINE_COLUMNS = ["time", "kind", "who", "text", "source", "targets", "predicate", "origin"];

const axis = { type: "string", enum: AGGREGATION_AXES };
const aggregationParameters = {
  ...SCOPE_PARAMETERS,
  ...UNKEPT_PARAMETERS,
  axis_x: axis,
  axis_y: axis,
  time_grain: { type: "string", enum: TIME_GRAINS, default: "day" },
  format: { type: "string", enum: FORMATS, default: "JSON" },
};

export function addSets(app: FastifyInstance, { store, groups, mark }: ApiParts): void {
  app.get(
    "/api/v1/aggregation",
    {
      schema: {
        ...{
          tags: ["sets"],
          summary:
            "Counts of measurements by one or two axes; groups seen from fewer than 3 prefixes are withheld",
        },
        querystring: { type: "object", properties: aggregationParameters, additionalProperties: false },
      },
    },
    async (request, reply) => {
      const asked = request.query as Asked;
      const scope = scopeOf(asked);
      const axes = [...new Set([asked["axis_x"], asked["axis_y"]])].flatMap(
        (one) => (one as AggregationAxis) ?? [],
      );
      const found = await store.aggregation(scope, axes, asked["time_grain"] as TimeGrain);
      if (found.length > MOST_GROUPS)
        throw new Refusal(400, `more than ${MOST_GROUPS} groups: ask for a shorter time`);
      // What names no network is of its country as a whole, or of everything.
      const isTold = ({
        axes: { probe_asn: asn, probe_cc: country },
        measurements,
      }: (typeof found)[number]): boolean => {
        const network = asn === undefined ? scope.asn : Number(asn);
        if (network !== undefined && !groups.tellsNetwork(network)) return false;
        if (axes.includes("probe_asn") && network === undefined) return false;
        const where = country ?? scope.country;
        if (network === undefined && where !== undefined && !groups.tellsCountry(where)) return false;
        return mark.isSimulated || measurements >= LEAST_PREFIXES;
      };
      const told = found.filter(isTold);
      const rows = told.map(
        (row): PlainRow => ({
          ...row.axes,
          ...{ anomaly_count: row.anomalies, confirmed_count: row.confirmed, failure_count: row.failures },
          ...{ ok_count: row.ok, measurement_count: row.measurements },
        }),
      );
      const metadata = { count: told.length, withheld: found.length - told.length, ignored: unkeptOf(asked) };
      return sendRows(
        reply,
        asked["format"] as Format,
        { rows, columns: [...axes, ...COUNTS], metadata },
        mark,
        store,
      );
    },
  );

  app.get(
    "/api/v1/hourly-speeds",
    {
      schema: {
        ...{
          tags: ["sets"],
          summary:
            "Goodput by network, name and hour, bit/s; networks seen from fewer than 3 prefixes are withheld",
        },
        querystring: {
          ...{ type: "object", additionalProperties: false },
          properties: { ...SCOPE_PARAMETERS, format: aggregationParameters.format },
        },
      },
    },
    async (request, reply) => {
      const asked = request.query as Asked;
      const rows: PlainRow[] = [];
      let withheld = 0;
      for await (const batch of store.hourlySpeeds(scopeOf(asked))) {
        for (const one of batch) {
          if (groups.tellsNetwork(one.asn)) rows.push(speedRow(one));
          else withheld++;
        }
        if (rows.length > MOST_HOURS)
          throw new Refusal(400, `more than ${MOST_HOURS} rows: ask for a shorter time, a network or a name`);
      }
      const metadata = { count: rows.length, withheld };
      return sendRows(
        reply,
        asked["format"] as Format,
        { rows, columns: SPEED_COLUMNS, metadata },
        mark,
        store,
      );
    },
  );

  app.get(
    "/api/v1/pairs",
    {
      schema: {
        ...{
          tags: ["sets"],
          summary:
            "How targets fared beside the controls of the same measurements, over time; groups seen from fewer than 3 prefixes are withheld",
        },
        querystring: {
          ...{ type: "object", additionalProperties: false },
          properties: {
            ...SCOPE_PARAMETERS,
            grain: { type: "string", enum: PAIR_GRAINS, default: "hour" },
            by: { type: "string", enum: ["network", "everything"], default: "network" },
            speeds: { type: "boolean", default: true, description: "false: counts alone, which is faster" },
            format: aggregationParameters.format,
          },
        },
      },
    },
    async (request, reply) => {
      const asked = request.query as Asked;
      const scope = scopeOf(asked);
      const byNetwork = asked["by"] === "network";
      const isTold = (row: PairCourseRow): boolean => {
        const asn = row.asn ?? scope.asn;
        if (byNetwork || asn !== undefined) return groups.tellsNetwork(asn);
        if (scope.country !== undefined && !groups.tellsCountry(scope.country)) return false;
        return mark.isSimulated || row.measurements >= LEAST_PREFIXES;
      };
      const rows: PlainRow[] = [];
      let withheld = 0;
      const grain = asked["grain"] as PairCourseQuery["grain"];
      const query = { ...scope, grain, byNetwork, countsOnly: asked["speeds"] === false };
      for await (const batch of store.pairCourse(query)) {
        for (const one of batch) {
          if (isTold(one)) rows.push(pairRow(one));
          else withheld++;
        }
        if (rows.length > MOST_HOURS)
          throw new Refusal(400, `more than ${MOST_HOURS} rows: ask for a shorter time, a network or a name`);
      }
      const metadata = { count: rows.length, withheld };
      return sendRows(
        reply,
        asked["format"] as Format,
        { rows, columns: PAIR_COLUMNS, metadata },
        mark,
        store,
      );
    },
  );

  app.get(
    "/api/v1/timeline",
    {
      schema: {
        ...{ tags: ["sets"], summary: "What was demanded, ordered and said: nothing of it was measured" },
        querystring: {
          ...{ type: "object", additionalProperties: false },
          properties: {
            ...{ since: SCOPE_PARAMETERS.since, until: SCOPE_PARAMETERS.until },
            format: aggregationParameters.format,
          },
        },
      },
    },
    async (request, reply) => {
      const asked = request.query as Asked;
      const { sinceMs, untilMs } = scopeOf(asked);
      const entries = await store.timeline({
        ...(sinceMs !== undefined && { sinceMs }),
        ...(untilMs !== undefined && { untilMs }),
      });
      if (entries.length > MOST_ENTRIES)
        throw new Refusal(400, `more than ${MOST_ENTRIES} entries: ask for a shorter time`);
      const isTable = asked["format"] === "CSV";
      const rows = entries.map(({ targets, ...entry }) => ({
        ...entry,
        ...(targets && { targets: isTable ? targets.join(" ") : targets }),
      }));
      return sendRows(
        reply,
        asked["format"] as Format,
        {
          ...{ rows: rows as readonly PlainRow[], columns: TIMELINE_COLUMNS },
          metadata: { count: rows.length },
        },
        mark,
        store,
      );
    },
  );
}

function pairRow(row: PairCourseRow): PlainRow {
  const { fromMs, asn, target, measurements, failed, pairs, slow, fast } = row;
  const three = (name: string, quantiles: Quantiles | undefined, unit: string): PlainRow =>
    quantiles
      ? {
          [`${name}_p10${unit}`]: quantiles.p10,
          [`${name}_p50${unit}`]: quantiles.p50,
          [`${name}_p90${unit}`]: quantiles.p90,
        }
      : {};
  return {
    ...(fromMs !== undefined && { from: hourOf(fromMs) }),
    ...(asn !== undefined && { probe_asn: `AS${asn}` }),
    ...{ domain: target, measurements, failed, pairs, slow, fast },
    ...three("ratio", row.ratio, ""),
    ...three("target", row.targetBps, "_bps"),
    ...three("control", row.controlBps, "_bps"),
  };
}

function speedRow({ hourMs, asn, target, transfers, p10Bps, p50Bps, p90Bps }: HourlySpeed): PlainRow {
  return {
    ...{ hour: hourOf(hourMs), probe_asn: `AS${asn}`, domain: target, transfers },
    ...{ p10_bps: p10Bps, p50_bps: p50Bps, p90_bps: p90Bps },
  };
}
