/** GET /api/v1/measurements, measurement_meta and raw_measurement, as OONI names them. Times to the hour. */
import type { FastifyInstance } from "fastify";
import type { MeasurementRow } from "../../store/store.ts";
import { Refusal } from "../refusal.ts";
import { FORMATS, type Format, marked, markReply, sendRows } from "./answer.ts";
import type { ApiParts } from "./api.ts";
import { type Asked, SCOPE_PARAMETERS, scopeOf, UNKEPT_PARAMETERS, unkeptOf } from "./query.ts";

const MOST_ROWS = 1_000;
const MOST_OFFSET = 10_000_000;
const MOST_ID = 2_000;
const HOUR_MS = 3_600_000;
const CONFIRMED = 0.95;
const TROUBLE: ReadonlySet<string | undefined> = new Set(["throttled", "blocked", "down"]);

const COLUMNS = [
  ...["measurement_uid", "measurement_start_time", "probe_cc", "probe_asn", "domain", "state", "confidence"],
  ...["anomaly", "confirmed", "failure", "measurement_url"],
];

const listParameters = {
  ...SCOPE_PARAMETERS,
  ...UNKEPT_PARAMETERS,
  anomaly: { type: "boolean", description: "throttled, blocked or down, but not confirmed" },
  confirmed: { type: "boolean", description: "the same at a confidence of 0.95 or more" },
  failure: { type: "boolean", description: "some transfer or attempt of its target failed" },
  order_by: { type: "string", enum: ["measurement_start_time", "test_start_time"] },
  order: { type: "string", enum: ["asc", "desc", "ASC", "DESC"], default: "desc" },
  limit: { type: "integer", minimum: 1, maximum: MOST_ROWS, default: 100 },
  offset: { type: "integer", minimum: 0, maximum: MOST_OFFSET, default: 0 },
  format: { type: "string", enum: FORMATS, default: "JSON" },
};

const uid = {
  ...{ type: "object", required: ["measurement_uid"], additionalProperties: false },
  properties: { measurement_uid: { type: "string", minLength: 1, maxLength: MOST_ID } },
};

export function addMeasurements(app: FastifyInstance, { store, groups, mark }: ApiParts): void {
  app.get(
    "/api/v1/measurements",
    {
      schema: {
        ...{
          tags: ["measurements"],
          summary: "Measurements, the newest first; networks seen from fewer than 3 prefixes are withheld",
        },
        querystring: { type: "object", properties: listParameters, additionalProperties: false },
      },
    },
    async (request, reply) => {
      const asked = request.query as Asked;
      const { anomaly, confirmed, failure, order, limit, offset, format } = asked;
      const found = await store.measurements({
        ...scopeOf(asked),
        ...(anomaly !== undefined && { anomaly: anomaly as boolean }),
        ...(confirmed !== undefined && { confirmed: confirmed as boolean }),
        ...(failure !== undefined && { failure: failure as boolean }),
        order: String(order).toLowerCase() === "asc" ? "asc" : "desc",
        ...{ limit: Number(limit), offset: Number(offset) },
      });
      const told = found.filter(({ asn }) => groups.tellsNetwork(asn));
      const metadata = {
        ...{ count: told.length, withheld: found.length - told.length, limit, offset },
        ...{
          next_offset: found.length === limit ? Number(offset) + found.length : null,
          ignored: unkeptOf(asked),
        },
      };
      return sendRows(
        reply,
        format as Format,
        { rows: told.map(rowOf), columns: COLUMNS, metadata },
        mark,
        store,
      );
    },
  );

  const measurement = async (id: string) => {
    const found = await store.measurement(id);
    const asn = found?.observations[0]?.observation.asn ?? found?.verdicts[0]?.asn;
    if (!found || !groups.tellsNetwork(asn))
      throw new Refusal(404, "no such measurement, or its network was seen from fewer than 3 prefixes");
    return found;
  };
  app.get(
    "/api/v1/measurement_meta",
    { schema: { tags: ["measurements"], summary: "What is known of one measurement", querystring: uid } },
    async (request, reply) => {
      const { measurement_uid: id } = request.query as { measurement_uid: string };
      const { observations, verdicts } = await measurement(id);
      markReply(reply, mark, store);
      const [first] = observations.map(({ observation }) => observation);
      const targets = observations.flatMap(({ observation }) =>
        observation.role === "target" ? [observation] : [],
      );
      const [verdict] = verdicts;
      const time = verdict?.time ?? first?.time;
      const row = rowOf({
        measurementId: id,
        failed: targets.some((one) => one.failure !== undefined),
        ...(time !== undefined && { timeMs: Date.parse(time) }),
        ...(first?.country !== undefined && { country: first.country }),
        ...(first?.asn !== undefined && { asn: first.asn }),
        ...(targets[0]?.target !== undefined && { target: targets[0].target }),
        ...(verdict && { state: verdict.state }),
        ...(verdict?.confidence !== undefined && { confidence: verdict.confidence }),
      });
      return marked(
        [{ ...row, observations: observations.length, evidence: verdict?.evidence ?? [] }],
        mark,
      )[0];
    },
  );
  app.get(
    "/api/v1/raw_measurement",
    { schema: { tags: ["measurements"], summary: "Its observations and its verdict", querystring: uid } },
    async (request, reply) => {
      const { measurement_uid: id } = request.query as { measurement_uid: string };
      const { observations, verdicts } = await measurement(id);
      markReply(reply, mark, store);
      const told = {
        measurement_uid: id,
        observations: observations.map(({ observation }) => coarse(observation)),
        verdicts: verdicts.map(coarse),
      };
      return marked([told], mark)[0];
    },
  );
}

/** Without prefix, and to the hour. */
function coarse<T extends { prefix?: string; time?: string }>({ prefix: _, time, ...rest }: T): object {
  return { ...(time !== undefined && { time: hourOf(Date.parse(time)) }), ...rest };
}

export function hourOf(ms: number): string {
  return `${new Date(ms - (((ms % HOUR_MS) + HOUR_MS) % HOUR_MS)).toISOString().slice(0, 19)}Z`;
}

function rowOf({ measurementId, timeMs, country, asn, target, state, confidence, failed }: MeasurementRow) {
  const isTrouble = TROUBLE.has(state);
  const isConfirmed = isTrouble && (confidence ?? 0) >= CONFIRMED;
  return {
    measurement_uid: measurementId,
    measurement_start_time: timeMs === undefined ? undefined : hourOf(timeMs),
    probe_cc: country ?? "ZZ",
    probe_asn: `AS${asn ?? 0}`,
    ...{ domain: target, state, confidence },
    ...{ anomaly: isTrouble && !isConfirmed, confirmed: isConfirmed, failure: failed },
    measurement_url: `/api/v1/raw_measurement?measurement_uid=${encodeURIComponent(measurementId)}`,
  };
}
