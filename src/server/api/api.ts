/** The API: OONI's paths and parameters, ours beside them, described by the OpenAPI document that is made of the routes. */
import compress from "@fastify/compress";
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import type { Store } from "../../store/store.ts";
import { ClientRates, clientOf } from "../collector/client-rates.ts";
import type { Limits } from "../limits.ts";
import { Refusal } from "../refusal.ts";
import type { Mark } from "./answer.ts";
import { addJudgements, type Judgements } from "./judgements.ts";
import { addMeasurements } from "./measurements.ts";
import type { PublicGroups } from "./public-groups.ts";
import { addSets } from "./sets.ts";

/** Bytes. */
const LEAST_PACKED = 2_048;

export interface ApiParts {
  readonly store: Store;
  readonly groups: PublicGroups;
  readonly mark: Mark;
  readonly judgements: Judgements;
}

/** Before any route, so that it sees them all. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.0.3",
      info: {
        title: "Brakelight",
        version,
        description: "Submissions as OONI's collectors take them, and questions.",
      },
      tags: [{ name: "collector" }, { name: "measurements" }, { name: "sets" }],
    },
  });
}

export async function addApi(
  app: FastifyInstance,
  parts: ApiParts,
  limits: Limits,
  nowMs: () => number,
): Promise<void> {
  const rates = new ClientRates(limits.questionsPerMinute, limits.clients);
  app.addHook("onRequest", async (request) => {
    const waitS = rates.take(clientOf(request.ip), nowMs());
    if (waitS > 0) throw new Refusal(429, "too many questions: come again later", waitS);
  });
  // Requests' bodies are the collector's business (collector/body.ts).
  await app.register(compress, {
    globalDecompression: false,
    threshold: LEAST_PACKED,
    encodings: ["br", "gzip"],
  });
  addMeasurements(app, parts);
  addSets(app, parts);
  addJudgements(app, parts, parts.judgements, nowMs);
  app.get("/api/openapi.json", { schema: { hide: true } }, async () => app.swagger());
}
