/**
 * OONI's submission protocols: submit_measurement of today's probes, report of older ones (bk-003), check-in, collectors
 * and test-helpers; and ours, forget. Bodies are read whole before they are looked at, within the bounds of body.ts.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { nestingExceeds } from "../../observation/loose-json.ts";
import type { Limits } from "../limits.ts";
import { Refusal } from "../refusal.ts";
import { type Body, BodyBudget, readBody } from "./body.ts";
import { ClientRates, clientOf } from "./client-rates.ts";
import type { Collector } from "./collector.ts";
import { submissionDocs } from "./collector-docs.ts";
import { isObject } from "./measurement.ts";
import { OpenReports } from "./open-reports.ts";

const BACKEND_VERSION = "1.3.5";
/** Around the measurement there are two levels. */
const ENVELOPE_NESTING = 4;
const FULL_RETRY_S = 60;
const REPORT_WORD = /^[A-Za-z0-9_]{1,30}$/;

export interface CollectorTables {
  readonly reports: OpenReports;
  readonly rates: ClientRates;
  readonly budget: BodyBudget;
}

export function collectorTables(limits: Limits): CollectorTables {
  return {
    reports: new OpenReports(limits),
    rates: new ClientRates(limits.submissionsPerMinute, limits.clients),
    budget: new BodyBudget(limits.bytesInFlight),
  };
}

/** Without a collector (`why`) each of its paths says why. */
export function addCollector(
  app: FastifyInstance,
  collector: Collector | { readonly why: string },
  limits: Limits,
  { reports, rates, budget }: CollectorTables,
  nowMs: () => number,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (request, payload, done) => {
    readBody(payload, request.headers["content-encoding"], limits, budget).then(
      (body) => done(null, body),
      done,
    );
  });
  app.addHook("onRequest", async (request) => {
    if ("why" in collector) throw new Refusal(403, collector.why);
    const waitS = rates.take(clientOf(request.ip), nowMs());
    if (waitS > 0) throw new Refusal(429, "too many requests: come again later", waitS);
    const length = Number(request.headers["content-length"] ?? 0);
    if (length > limits.bodyBytes) throw new Refusal(413, `larger than ${limits.bodyBytes} bytes`);
  });
  app.addHook("onResponse", async (request) => (request.body as Body | undefined)?.release?.());
  const own = (): Collector => collector as Collector;

  const reportId = (request: FastifyRequest): string => {
    const { id } = request.params as { id: string };
    if (!reports.has(id, nowMs())) throw new Refusal(404, "no such open report: open another");
    return id;
  };
  const openReport = (request: FastifyRequest, fields: Readonly<Record<string, unknown>>): string => {
    const id = reports.open(clientOf(request.ip), reportHead(fields, nowMs()), nowMs());
    if (id === undefined) throw new Refusal(503, "too many open reports: come again later", FULL_RETRY_S);
    return id;
  };

  app.post("/api/v1/submit_measurement", submissionDocs.submit, (request) =>
    own().submit(contentOf(request, limits), request.ip),
  );
  app.post("/report", submissionDocs.open, async (request) => ({
    backend_version: BACKEND_VERSION,
    report_id: openReport(request, envelopeOf(request, limits)),
    supported_formats: ["json"],
  }));
  app.post("/report/:id", submissionDocs.update, async (request) => {
    reportId(request);
    return { status: "success", ...(await own().submit(contentOf(request, limits), request.ip)) };
  });
  app.post("/report/:id/close", submissionDocs.close, async (request) => {
    reports.close(reportId(request));
    return {};
  });
  app.post("/api/v1/check-in", submissionDocs.checkIn, async (request) => {
    const fields = envelopeOf(request, limits);
    const { probe_cc: country, probe_asn: asn } = fields;
    return {
      v: 1,
      probe_cc: typeof country === "string" && /^[A-Z]{2}$/.test(country) ? country : "ZZ",
      probe_asn: typeof asn === "string" && /^AS\d{1,10}$/.test(asn) ? asn : "AS0",
      probe_network_name: null,
      utc_time: new Date(nowMs()).toISOString(),
      conf: { features: {}, test_helpers: {} },
      tests: {
        web_connectivity: {
          report_id: openReport(request, { ...fields, test_name: "web_connectivity" }),
          urls: [],
        },
      },
    };
  });
  app.get("/api/v1/collectors", submissionDocs.collectors, async (request) => [
    { type: "https", address: `${request.protocol}://${request.host}` },
  ]);
  app.get("/api/v1/test-helpers", submissionDocs.testHelpers, async () => ({}));
  app.post("/api/v1/forget", submissionDocs.forget, async (request, reply) => {
    const deleted = await own().forget(envelopeOf(request, limits)["token"]);
    if (deleted === undefined) reply.code(202);
    return deleted === undefined ? { pending: true } : { deleted };
  });
}

/** As OONI's ids begin: "20261126T042236Z_webconnectivity_RU_12389". */
function reportHead(fields: Readonly<Record<string, unknown>>, nowMs: number): string {
  const stamp = `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const { test_name: test, probe_cc: country, probe_asn: asn } = fields;
  const words = [
    typeof test === "string" && REPORT_WORD.test(test) ? test.replace(/_/g, "") : "none",
    typeof country === "string" && /^[A-Z]{2}$/.test(country) ? country : "ZZ",
    /^(?:AS)?(\d{1,10})$/.exec(String(asn))?.[1] ?? "0",
  ];
  return [stamp, ...words].join("_");
}

function envelopeOf(request: FastifyRequest, { nesting }: Limits): Readonly<Record<string, unknown>> {
  const text = (request.body as Body | undefined)?.text.toString("utf8") ?? "";
  if (nestingExceeds(text, nesting + ENVELOPE_NESTING))
    throw new Refusal(400, `nested deeper than ${nesting} levels`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Refusal(400, "the body is no JSON");
  }
  if (!isObject(json)) throw new Refusal(400, "the body is no JSON object");
  return json;
}

/** The text of the measurement: as it came, or of the object in its place. */
function contentOf(request: FastifyRequest, limits: Limits): string {
  const envelope = envelopeOf(request, limits);
  const { format, content } = envelope;
  if (format !== undefined && format !== "json") throw new Refusal(400, "format: json is the only one");
  if (typeof content === "string") return content;
  if (isObject(content)) return JSON.stringify(content);
  if (content === undefined && "test_name" in envelope) return JSON.stringify(envelope);
  throw new Refusal(400, "content: the measurement is missing");
}
