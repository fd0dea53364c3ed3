/**
 * One HTTP request, answered as a plain file server would:
 *   GET /                the site's front page, HTML that refers to its objects
 *   GET /timeline        a page of posts with avatars, pictures and a video; GET /media/... those
 *   GET /PATH            an object of the scenario; ?inverted gives its bytes inverted bit by bit
 *   GET /bytes/N         N bytes, from any server by any name; ?pace=R sends them at R bit/s, as a control server would
 *   POST or PUT          takes the body and says how many bytes came
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readPace, sendBody } from "../../host/paced-bytes.ts";
import type { Site } from "../scenario/scenario.ts";
import { MAX_OBJECT_BYTES, objectBody } from "./object-body.ts";
import type { SiteCatalogue } from "./site-catalogue.ts";
import { mediumAt, TIMELINE_PATH, timelinePage } from "./timeline-page.ts";

const RETRY_AFTER_S = "600";
/** A server with too many requests: how late it is, and how many of five it refuses, in turn. */
const LATE_MS = 2500;
const REFUSED_OF_FIVE = 3;
/** What would take longer at the pace asked for comes at once. */
const MOST_PACED_MS = 300_000;

let requestsUnderLoad = 0;

export function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  catalogue: SiteCatalogue,
): void {
  const host = request.headers.host ?? "";
  const condition = catalogue.condition(host);
  if (condition === "broken") {
    request.socket.destroy();
    return;
  }
  if (condition === "maintenance") {
    refuse(response, "This site is being maintained.\n");
    return;
  }
  if (condition === "overloaded") {
    const isRefused = requestsUnderLoad++ % 5 < REFUSED_OF_FIVE;
    setTimeout(() => {
      if (isRefused) refuse(response, "This site has too much to do.\n");
      else answerWell(request, response, catalogue);
    }, LATE_MS);
    return;
  }
  answerWell(request, response, catalogue);
}

function refuse(response: ServerResponse, words: string): void {
  response.writeHead(503, { "content-type": "text/plain", "retry-after": RETRY_AFTER_S });
  response.end(words);
}

function answerWell(request: IncomingMessage, response: ServerResponse, catalogue: SiteCatalogue): void {
  const host = request.headers.host ?? "";
  if (request.method === "POST" || request.method === "PUT") {
    takeBody(request, response);
    return;
  }
  // Whatever stands in the request line: a path that no URL can have is a path without an object.
  const [path = "/", query] = (request.url ?? "/").split("?", 2);
  const bytes = sizeOf(path, catalogue.find(host));
  if (bytes === undefined) {
    const site = catalogue.find(host);
    const medium = site && mediumAt(path);
    if (site && path === "/") sendFrontPage(response, site);
    else if (site && path === TIMELINE_PATH) sendPage(response, timelinePage(site));
    else if (medium) sendMedium(response, medium, request.method === "HEAD");
    else response.writeHead(404, { "content-type": "text/plain" }).end("There is nothing here.\n");
    return;
  }
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": bytes,
    "cache-control": "no-store",
    "timing-allow-origin": "*",
    "access-control-allow-origin": "*",
  });
  const options = new URLSearchParams(query);
  const pace = readPace(options, bytes, MOST_PACED_MS);
  const body = objectBody(bytes, options.has("inverted"));
  if (request.method === "HEAD") response.end();
  else sendBody(body, response, typeof pace === "object" ? pace : undefined, () => {});
}

function sizeOf(path: string, site: Site | undefined): number | undefined {
  if (site && Object.hasOwn(site.objects, path)) return site.objects[path];
  const asked = /^\/bytes\/(\d{1,10})$/.exec(path);
  const bytes = asked ? Number(asked[1]) : undefined;
  return bytes !== undefined && bytes <= MAX_OBJECT_BYTES ? bytes : undefined;
}

function sendFrontPage(response: ServerResponse, site: Site): void {
  const links = Object.keys(site.objects).map((path) => `<li><a href="${path}">${path}</a></li>`);
  sendPage(
    response,
    `<!doctype html><title>${site.name}</title><h1>${site.name}</h1>` +
      `<p>A site of the Brakelight laboratory (SIMULATED).</p><ul>${links.join("")}</ul>\n`,
  );
}

function sendPage(response: ServerResponse, html: string): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
}

function sendMedium(
  response: ServerResponse,
  { type, body }: { readonly type: string; readonly body: Buffer },
  isHead: boolean,
): void {
  response.writeHead(200, {
    ...{ "content-type": type, "content-length": body.length, "cache-control": "max-age=3600" },
    "timing-allow-origin": "*",
  });
  response.end(isHead ? undefined : body);
}

function takeBody(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
  });
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`${JSON.stringify({ bytes })}\n`);
  });
  request.on("error", () => response.destroy());
}
