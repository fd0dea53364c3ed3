/**
 * The single file of the probe: small enough, alone in an empty folder, and measuring as the installed program does.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abilitySchema } from "../../src/cli/doctor-record.ts";
import { probeVerdictSchema } from "../../src/cli/probe-record.ts";
import { startControlServer } from "../../src/probe/control-server/control-server.ts";

const LOOPBACK = "127.0.0.1";
const MOST_BYTES = 500_000;
const BUILD = fileURLToPath(new URL("../../scripts/build-single-file.mjs", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../package.json", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "brakelight-single-"));
const alone = join(folder, "alone");
const file = join(alone, "brakelight-probe.mjs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** In its own folder, with a data folder of its own. */
function run(program: string, ...options: string[]): Promise<Ended> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, XDG_DATA_HOME: join(folder, "data") };
  return new Promise((resolve) => {
    execFile(program, options, { cwd: alone, env, timeout: 50_000 }, (error, output, errors) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, output, errors }),
    );
  });
}
const probe = (...options: string[]): Promise<Ended> => run(process.execPath, file, ...options);

beforeAll(async () => {
  const built = join(folder, "built.mjs");
  const { code, errors } = await new Promise<Ended>((resolve) => {
    execFile(process.execPath, [BUILD, built], (error, output, errors) =>
      resolve({ code: error ? 1 : 0, output, errors }),
    );
  });
  expect([code, errors]).toEqual([0, ""]);
  mkdirSync(alone);
  copyFileSync(built, file);
}, 60_000);

describe("The single file", () => {
  it("is small, says whose it is, and carries the licences of what is in it", () => {
    expect(statSync(file).size).toBeLessThan(MOST_BYTES);
    const text = readFileSync(file, "utf8");
    const [first, second, third] = text.split("\n");
    expect([first, second]).toEqual(["#!/usr/bin/env node", "/*!"]);
    expect(third).toContain("Brakelight");
    expect(text.slice(0, 1000)).toContain("Apache License, Version 2.0");
    expect(text).toMatch(/commander \d+\.\d+\.\d+ \(MIT\); Copyright/);
    expect(text).toMatch(/Permission is hereby granted, free of charge/);
    expect(text).not.toMatch(/from"(koffi|zod|commander|ora)"/);
  });

  it("helps, alone in a folder, and knows its version", async () => {
    expect(readdirSync(alone)).toEqual(["brakelight-probe.mjs"]);
    const help = await probe("probe", "--help");
    expect(help).toMatchObject({ code: 0, errors: "" });
    expect(help.output).toContain("--control <address>");
    const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
    expect((await run(file, "--version")).output).toBe(`${version}\n`);
  });

  it("shows what it would contact, and says in one line what is wrong", async () => {
    const shown = await probe("probe", "--dry-run", "example.org", "--yes");
    expect(shown).toMatchObject({ code: 0, errors: "" });
    expect(shown.output).toContain("example.org (target)");
    const wrong = await probe("probe", "example.org", "--lanes", "99");
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toMatch(/^brakelight: --lanes: .*\n$/);
  });

  it("measures a target beside a control server, and gives a valid verdict", async () => {
    const server = await startControlServer({ listen: LOOPBACK, port: 0 });
    try {
      const place = `${LOOPBACK}:${server.port}`;
      const { code, output, errors } = await probe(
        ...["probe", "https://target.test/", "--connect", place, "--control", place, "--insecure", "--yes"],
        ...["--no-report", "--json", "--site", `https://${place}/bytes/400000`],
      );
      expect([code, errors]).toEqual([0, ""]);
      const verdict = probeVerdictSchema.parse(JSON.parse(output));
      expect(verdict).toMatchObject({ target: "target.test", origin: "measured" });
      expect(["ok", "insufficient", "invalid"]).toContain(verdict.state);
      if (verdict.state !== "invalid") expect(verdict.bytes).toBeGreaterThan(500_000);
    } finally {
      await server.close();
    }
  });

  it("tells what it can do here, as records", async () => {
    const { code, output } = await probe("doctor", "--json");
    expect(code).toBe(0);
    const abilities = output
      .trimEnd()
      .split("\n")
      .map((line) => abilitySchema.parse(JSON.parse(line)));
    expect(abilities.find(({ name }) => name === "node")?.works).toBe(true);
    expect(abilities.find(({ name }) => name === "tcp-info")?.works).toBe(false);
    expect(abilities.map(({ name }) => name)).not.toContain("namespaces");
  });

  it("runs the other end, with a certificate of its own", async () => {
    const child = spawn(process.execPath, [
      ...[file, "control-server", "--listen", LOOPBACK, "--port", "0", "--http-port", "none"],
      ...["--udp-port", "none", "--json"],
    ]);
    try {
      const [line] = (await once(createInterface(child.stdout), "line")) as [string];
      const { port, fingerprint } = JSON.parse(line) as { port: number; fingerprint: string };
      const socket = connectTls({ host: LOOPBACK, port, rejectUnauthorized: false });
      await once(socket, "secureConnect");
      expect(socket.getPeerCertificate().fingerprint256).toBe(fingerprint);
      socket.destroy();
      child.kill("SIGTERM");
      expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
