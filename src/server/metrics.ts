/** What GET /metrics tells, in Prometheus' text format: base units, nothing of any client. */
import type { FastifyInstance } from "fastify";
import { Gauge, Histogram, Registry } from "prom-client";

const PREFIX = "brakelight_";
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Values that are read when somebody asks; names end in _total where they only grow. */
export type Readings = Readonly<Record<string, { readonly help: string; readonly read: () => number }>>;

export function addMetrics(app: FastifyInstance, readings: Readings): void {
  const registry = new Registry();
  const duration = new Histogram({
    ...{ name: `${PREFIX}http_request_duration_seconds`, help: "Time to answer, by route and status" },
    ...{ labelNames: ["route", "status"], buckets: DURATION_BUCKETS, registers: [registry] },
  });
  const all: Readings = {
    ...readings,
    process_resident_memory_bytes: { help: "Resident memory", read: () => process.memoryUsage.rss() },
    process_uptime_seconds: { help: "Since the start", read: () => process.uptime() },
  };
  for (const [name, { help, read }] of Object.entries(all)) {
    new Gauge({
      ...{ name: `${PREFIX}${name}`, help, registers: [registry] },
      collect() {
        this.set(read());
      },
    });
  }
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    duration.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
  app.get("/metrics", { schema: { hide: true } }, async (_, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
}
