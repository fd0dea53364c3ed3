/** What only the operator may see: the token that was printed at the start, as Authorization: Bearer. */
import { createHash, timingSafeEqual } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { Refusal } from "../refusal.ts";

export function addAdmin(app: FastifyInstance, token: string, deadLetters: string): void {
  needToken(app, token);
  app.get("/api/v1/admin/dead-letters", { schema: { hide: true } }, async (_, reply) => {
    reply.type("application/x-ndjson");
    return existsSync(deadLetters) ? reply.send(createReadStream(deadLetters)) : reply.send("");
  });
}

/** Of every route of this scope. */
export function needToken(app: FastifyInstance, token: string): void {
  const wanted = hashOf(token);
  app.addHook("onRequest", async ({ headers: { authorization = "" } }) => {
    const given = /^Bearer ([\w-]{1,200})$/.exec(authorization)?.[1] ?? "";
    if (!timingSafeEqual(hashOf(given), wanted))
      throw new Refusal(401, "needs the token that serve printed at its start");
  });
}

/** Of equal length, so that comparing tells nothing. */
function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
