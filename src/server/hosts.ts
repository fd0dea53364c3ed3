/**
 * Under which names this server answers: its own addresses and the names that it was given. A page that made its name point
 * to this machine (DNS rebinding) is refused by its Host, a foreign page's script by its Origin.
 */
import type { FastifyInstance } from "fastify";
import { Refusal } from "./refusal.ts";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const EVERY_ADDRESS = new Set(["0.0.0.0", "::"]);

/** `listen`: the address listened on; `names`: those of a proxy in front, lower case. */
export function guardHosts(app: FastifyInstance, listen: string, names: readonly string[]): void {
  const own = listen.includes(":") ? `[${listen}]` : listen;
  const allowed = new Set([...LOOPBACK, ...names, ...(EVERY_ADDRESS.has(listen) ? [] : [own])]);
  app.addHook("onRequest", async ({ headers: { host, origin } }) => {
    const asked = authorityOf(`http://${host ?? ""}`);
    if (!asked || !allowed.has(asked.hostname))
      throw new Refusal(421, "this server does not answer under that name");
    if (origin === undefined) return;
    const from = authorityOf(origin);
    const isOwn = from !== undefined && (from.host === asked.host || names.includes(from.hostname));
    if (!isOwn) throw new Refusal(403, "not for pages of other origins");
  });
}

function authorityOf(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.username === "";
  return isPlain && url.search === "" && url.hash === "" ? url : undefined;
}
