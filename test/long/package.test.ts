/** The package as `npm pack` makes it, in an empty folder: the light commands work, the others say what they need and how much. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "package-"));
const run = promisify(execFile);
const brakelight = (...words: string[]) =>
  run(join(folder, "node_modules/.bin/brakelight"), words, {
    cwd: folder,
    env: { ...process.env, XDG_DATA_HOME: folder },
  });

beforeAll(async () => {
  await run("npm", ["pack", "--pack-destination", folder], { cwd: ROOT });
  const [packed] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), '{"private":true}');
  await run("npm", ["install", "--no-audit", "--no-fund", `./${packed}`], { cwd: folder });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("comes without the store, the server and the browser's driver", () => {
  for (const name of ["@duckdb/node-api", "fastify", "playwright-core"])
    expect(existsSync(join(folder, "node_modules", name)), name).toBe(false);
});

it("analyzes, checks rules, and tells what it can do", async () => {
  writeFileSync(join(folder, "speeds.csv"), "time,target_kbps,control_kbps\n2021-03-10T12:00:00Z,145,9000\n");
  expect((await brakelight("analyze", "speeds.csv", "--json")).stdout).toContain('"state":"throttled"');
  const rules = join(folder, "node_modules/brakelight/scenarios/rules/twitter-2021.yaml");
  expect(
    (await brakelight("rules", "check", "abs.twimg.com", "--rules", rules, "--at", "2021-03-12")).stdout,
  ).toContain("twimg-com");
  expect((await brakelight("lab", "list")).stdout).toContain("twitter-2021");
  expect((await brakelight("control-server", "--help")).stdout).toContain("--listen");
  expect((await brakelight("probe", "example.org", "--dry-run")).stdout).toContain("example.org");
});

it("says what this machine can do, and is the other end of a probe", async () => {
  expect((await brakelight("doctor", "--json")).stdout).toContain(`Node ${process.versions.node}`);
  const words = ["control-server", "--listen", "127.0.0.1", "--port", "0", "--http-port", "none", "--json"];
  const server = spawn(join(folder, "node_modules/.bin/brakelight"), words, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "close");
  const [first] = (await once(createInterface({ input: server.stdout }), "line")) as [string];
  const { type, port } = JSON.parse(first) as { type: string; port: number };
  expect(type).toBe("control-server");
  const answer = await new Promise<string>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/bytes/1000", rejectUnauthorized: false }, (response) => {
      let bytes = 0;
      response.on("data", (piece: Buffer) => (bytes += piece.length)).on("end", () => resolve(`${bytes}`));
    }).on("error", reject);
  });
  expect(answer).toBe("1000");
  server.kill("SIGINT");
  expect((await ended)[0]).toBe(0);
});

it("says what else a command needs, how much that is, and what to type", async () => {
  await expect(brakelight("incidents")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^brakelight: this needs the store \(DuckDB\), some \d+ MB.*run 'npm install .*@duckdb\/node-api@/,
    ),
  });
});
