/**
 * The dashboard's files over HTTP: read once at the start, sent by exact name, compressed once. Files that are named after
 * their content are kept for a year; the page itself is asked for anew each time. Nothing of a page may come from, or go to,
 * another host; only pages below /embed may stand inside somebody's page.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** First parts of pages' paths (dashboard/pages/pages.tsx). */
export const PAGE_PATHS = [
  "incidents",
  "targets",
  "networks",
  "measurements",
  "laboratory",
  "rules",
] as const;

const TYPES: Readonly<Record<string, string>> = {
  ...{ ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8" },
  ...{ ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json" },
};
const MOST_FILES = 500;
const MOST_BYTES = 32 << 20;
const YEAR = "public, max-age=31536000, immutable";
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'";
const HOW_TO_BUILD =
  "The pages are not built: run 'node scripts/setup.mjs --build' in Brakelight's folder. The API answers: /api/openapi.json\n";

export interface Kept {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Map<string, Promise<Buffer>>;
}

/** `folder`: dist/dashboard, or where it should be. */
export function addPages(app: FastifyInstance, folder: string): void {
  const files = filesIn(folder);
  const page = files.get("/index.html");
  const send = (request: FastifyRequest, reply: FastifyReply): unknown => {
    if (!page) return reply.type("text/plain; charset=utf-8").send(HOW_TO_BUILD);
    const isEmbedded = /^\/embed(\/|\?|$)/.test(request.url);
    reply.header("content-security-policy", `${POLICY}; frame-ancestors ${isEmbedded ? "*" : "'none'"}`);
    if (isEmbedded) reply.removeHeader("x-frame-options");
    else reply.header("x-frame-options", "DENY");
    reply.header("cache-control", "no-cache");
    return sendKept(request, reply, page);
  };
  const hidden = { schema: { hide: true } };
  for (const prefix of ["", "/embed"]) {
    app.get(prefix === "" ? "/" : prefix, hidden, send);
    for (const path of PAGE_PATHS) {
      app.get(`${prefix}/${path}`, hidden, send);
      app.get(`${prefix}/${path}/*`, hidden, send);
    }
  }
  for (const [name, file] of files) {
    if (name === "/index.html") continue;
    app.get(name, hidden, (request, reply) => {
      reply.header("cache-control", YEAR);
      return sendKept(request, reply, file);
    });
  }
}

/** In the encoding that the client takes. */
export async function sendKept(
  request: FastifyRequest,
  reply: FastifyReply,
  file: Kept,
): Promise<FastifyReply> {
  reply.type(file.type).header("vary", "accept-encoding");
  const accepted = String(request.headers["accept-encoding"] ?? "")
    .split(",")
    .map((one) => one.trim().split(";")[0]);
  const encoding = ["br", "gzip"].find((one) => accepted.includes(one));
  if (encoding === undefined) return reply.send(file.plain);
  const packed = file.packed.get(encoding) ?? pack(encoding, file.plain);
  file.packed.set(encoding, packed);
  return reply.header("content-encoding", encoding).send(await packed);
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

function pack(encoding: string, plain: Buffer): Promise<Buffer> {
  return encoding === "br"
    ? brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
    : zip(plain, { level: 9 });
}

/** By path from the site's root. Empty where the folder is missing. */
export function filesIn(folder: string): Map<string, Kept> {
  const files = new Map<string, Kept>();
  let bytes = 0;
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
    );
  } catch {
    return files;
  }
  for (const path of entries.slice(0, MOST_FILES)) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const plain = readFileSync(path);
    bytes += plain.length;
    if (bytes > MOST_BYTES) throw new Error(`${folder}: more than ${MOST_BYTES} bytes of pages`);
    files.set(`/${relative(folder, path).split(sep).join("/")}`, { type, plain, packed: new Map() });
  }
  return files;
}
