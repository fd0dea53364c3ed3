/**
 * `notice` against a server of our own on loopback that hands a picture out at a known pace: what the browser times is what
 * the pace makes of the picture's size.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paddedPicture } from "../../src/lab/sites/padded-picture.ts";
import { type PageLoad, pageLoadSchema } from "../../src/observation/page-load.ts";
import { findBrowser } from "../../src/probe/page-load/find-browser.ts";
import { PROGRAM } from "../program.ts";

const BYTES = 150_000;
const PICTURE = paddedPicture(BYTES, 400, 300);
const EVERY_MS = 20;
/** bit/s of the slow page's picture: 150 kB take three seconds. */
const SLOW_BPS = 400_000;
const WHOLE_MS = (BYTES * 8e3) / SLOW_BPS;
/** A counter of one pixel that never answers, and a picture that is a long way down and comes only when one scrolls there. */
const BLEMISHES =
  '<img width="1" height="1" src="/never"><div style="height: 9000px"></div><img loading="lazy" width="900" height="900" src="/never">';
const why = findBrowser() === undefined ? "no Chromium here" : undefined;

describe.skipIf(why !== undefined)(`notice${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "notice-"));
  let server: Server;
  let port = 0;
  beforeAll(async () => {
    server = createServer(async ({ url = "" }, response) => {
      if (url.startsWith("/picture")) {
        response.writeHead(200, { "content-type": "image/png", "cache-control": "max-age=60" });
        const piece = url.includes("slow") ? (SLOW_BPS / 8e3) * EVERY_MS : BYTES;
        for (let at = 0; at < BYTES && !response.destroyed; at += piece) {
          response.write(PICTURE.subarray(at, at + piece));
          await sleep(EVERY_MS);
        }
        response.end();
      } else if (url.startsWith("/gone")) response.writeHead(404).end();
      else if (url.startsWith("/never"))
        response.writeHead(200, { "content-type": "image/png" }).flushHeaders();
      else if (url.startsWith("/blemished"))
        response
          .writeHead(200, { "content-type": "text/html" })
          .end(
            `<p>words<img width="400" height="300" src="/picture"><img width="500" height="400" src="/gone">${BLEMISHES}`,
          );
      else if (url.startsWith("/late"))
        response
          .writeHead(200, { "content-type": "text/html" })
          .end(
            `<p>words<img width="40" height="40" src="/picture"><img width="300" height="300" src="/never">`,
          );
      else
        response
          .writeHead(200, { "content-type": "text/html" })
          .end(`<p>words<img width="400" height="300" src="/picture?${url.slice(1)}">`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("tells text that is as ever from a picture that is slower, in a first and in a second visit", async () => {
    const film = join(folder, "film.html");
    const at = (path: string): string => `http://127.0.0.1:${port}/${path}`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        PROGRAM,
        "notice",
        at("slow"),
        "--control",
        at("fast"),
        "--film",
        film,
        "--yes",
        "--json",
        "--watch",
        "20",
      ],
      { env: { ...process.env, XDG_DATA_HOME: folder } },
    );
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    const loads = lines.filter(({ type }) => type === "page-load").map((line) => pageLoadSchema.parse(line));
    expect(loads).toHaveLength(12);
    const slow = loads.filter(({ role, cache }: PageLoad) => role === "target" && cache === "cold");
    for (const { firstPictureUs, largestPicture, pictures } of slow) {
      // A pace is a lower bound: this machine may be late, never early.
      expect(firstPictureUs! / 1000).toBeGreaterThan(0.9 * WHOLE_MS);
      expect(firstPictureUs! / 1000).toBeLessThan(2 * WHOLE_MS);
      expect(largestPicture).toMatchObject({ widthPx: 400, heightPx: 300 });
      expect(pictures).toEqual({ all: 1, came: 1, broken: 0, unsized: 0, largest: "came" });
    }
    const { parts } = lines.at(-1) as unknown as {
      parts: { part: string; cache: string; noticed: string }[];
    };
    const words = Object.fromEntries(parts.map(({ part, cache, noticed }) => [`${cache} ${part}`, noticed]));
    expect(words).toMatchObject({
      ...{ "cold first-picture": "slower", "cold largest-picture": "slower", "cold video-start": "absent" },
      // Kept by the browser.
      "warm first-picture": expect.stringMatching(/unaffected|insufficient/),
    });
    expect(readFileSync(film, "utf8")).toContain("data:image/jpeg;base64,");
  });

  it("takes neither broken nor tiny nor unseen pictures for late ones, and a late one for late", async () => {
    const seen = async (path: string): Promise<PageLoad> => {
      const words = [
        "notice",
        `http://127.0.0.1:${port}/${path}`,
        "--repeat",
        "1",
        "--yes",
        "--json",
        "--watch",
        "3",
      ];
      const environment = { env: { ...process.env, XDG_DATA_HOME: folder } };
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...words], environment);
      return pageLoadSchema.parse(JSON.parse(stdout.split("\n", 1)[0]!));
    };
    const [blemished, late] = await Promise.all([seen("blemished"), seen("late")]);
    expect(blemished.pictures).toEqual({ all: 1, came: 1, broken: 1, unsized: 0, largest: "came" });
    expect(blemished.largestPicture).toMatchObject({ widthPx: 400, heightPx: 300 });
    expect(blemished.largestPictureUs).toBe(blemished.firstPictureUs);
    expect(late.pictures).toEqual({ all: 2, came: 1, broken: 0, unsized: 0, largest: "late" });
    expect(late.largestPictureUs).toBeUndefined();
    expect(late.firstPictureUs).toBeDefined();
  });

  it("says what the browser said where the page itself does not load, with exit code 2", async () => {
    const run = promisify(execFile)(
      process.execPath,
      [PROGRAM, "notice", "http://127.0.0.1:1/", "--repeat", "1", "--yes", "--watch", "5"],
      { env: { ...process.env, XDG_DATA_HOME: folder } },
    );
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/did not load: .*ERR_/),
    });
  });
});
