/**
 * The volunteer's test as a document of its own: /test, its script and style, and the plan that it works through. Its policy
 * lists exactly the plan's objects. Results come back as any other submission does (collector/), by the page's own request.
 */
import type { FastifyInstance } from "fastify";
import { filesIn, sendKept } from "../pages/pages.ts";
import { policyOf, type TestPlan, type ToldPlan } from "./plan.ts";

export interface VolunteerOptions {
  readonly plan: TestPlan;
  /** Where the page was built: dist/volunteer. */
  readonly folder: string;
}

const HOW_TO_BUILD = "The page is not built: run 'node scripts/setup.mjs --build' in Brakelight's folder.\n";

export function addVolunteerPage(
  app: FastifyInstance,
  { plan, folder }: VolunteerOptions,
  takesNone?: string,
) {
  const files = filesIn(folder);
  const hidden = { schema: { hide: true } };
  const told: ToldPlan = { ...plan, ...(takesNone !== undefined && { takesNone }) };
  const policy = policyOf(plan);
  app.addHook("onRequest", async (_, reply) => {
    reply.header("cache-control", "no-cache");
  });
  app.get("/test", hidden, (request, reply) => {
    const page = files.get("/index.html");
    if (!page) return reply.type("text/plain; charset=utf-8").send(HOW_TO_BUILD);
    // An address that a page of this server led to is nobody else's business.
    reply.header("content-security-policy", policy).header("referrer-policy", "no-referrer");
    reply.header("x-frame-options", "DENY");
    return sendKept(request, reply, page);
  });
  app.get("/test/plan.json", hidden, async () => told);
  for (const name of ["page.js", "page.css"]) {
    const file = files.get(`/${name}`);
    if (file) app.get(`/test/${name}`, hidden, (request, reply) => sendKept(request, reply, file));
  }
}
