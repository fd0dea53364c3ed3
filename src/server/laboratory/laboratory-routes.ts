/**
 * /api/v1/lab/...: only with `serve --lab`, only with the token that was printed at its start. Bodies are small and exact;
 * every answer says SIMULATED. What a laboratory refuses is 409 with its reason.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { z } from "zod";
import { needToken } from "../api/admin.ts";
import { Refusal } from "../refusal.ts";
import {
  faultSchema,
  type LaboratoryDoor,
  liftSchema,
  orderSchema,
  startSchema,
  visitSchema,
} from "./laboratory-door.ts";

const MOST_BODY_BYTES = 16_384;
const MARK = { simulated: "SIMULATED" } as const;
/** Visits that a laboratory carries out at a time for its pages. */
const MOST_VISITS = 8;

export function addLaboratory(app: FastifyInstance, door: LaboratoryDoor, token: string): void {
  needToken(app, token);
  app.addHook("onRequest", async (_, reply) => {
    reply.header("x-brakelight-simulated", "SIMULATED").header("cache-control", "no-store");
  });
  const options = { schema: { hide: true }, bodyLimit: MOST_BODY_BYTES };
  const told = async (work: () => unknown): Promise<object> => {
    try {
      return { ...MARK, ...((await work()) as object) };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(409, (error as Error).message.split("\n")[0]!);
    }
  };
  const post = <S extends z.ZodType>(path: string, schema: S, work: (wish: z.infer<S>) => unknown): void => {
    app.post(`/api/v1/lab/${path}`, options, (request) => told(() => work(wishOf(schema, request))));
  };
  let visits = 0;

  app.get("/api/v1/lab", options, () =>
    told(() => ({ scenarios: door.scenarios(), running: door.running() ?? null })),
  );
  app.get("/api/v1/lab/status", options, () => told(() => door.status()));
  app.get("/api/v1/lab/lines", options, (request) =>
    told(() => {
      const { after = "0" } = request.query as { after?: string };
      if (!/^\d{1,15}$/.test(after)) throw new Refusal(400, "after: a number");
      return door.lines(Number(after));
    }),
  );
  post("start", startSchema, async (wish) => ({ running: await door.start(wish) }));
  post("visit", visitSchema, async (wish) => {
    if (visits >= MOST_VISITS) throw new Refusal(503, "too many visits at once: wait for one to end", 1);
    visits++;
    try {
      return { visit: await door.visit(wish) };
    } finally {
      visits--;
    }
  });
  post("order", orderSchema, async (wish) => ({ order: await door.order(wish) }));
  post("lift", liftSchema, async (wish) => ({ lifted: await door.lift(wish) }));
  post("fault", faultSchema, async (wish) => ({ fault: await door.fault(wish) }));
  app.post("/api/v1/lab/reveal", options, () => told(() => ({ running: door.reveal() })));
  app.post("/api/v1/lab/stop", options, () =>
    told(async () => {
      await door.stop();
      return { running: null };
    }),
  );
}

function wishOf<S extends z.ZodType>(schema: S, { body }: FastifyRequest): z.infer<S> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  throw new Refusal(400, `${path.join(".") || "the body"}: ${message}`);
}
