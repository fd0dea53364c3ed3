/**
 * `brakelight control-server` as a process: what it prints, its signals and its exit codes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { PROGRAM } from "../program.ts";

const LOOPBACK = "127.0.0.1";
const folder = mkdtempSync(join(tmpdir(), "brakelight-control-"));
const ANY_PORTS = ["--listen", LOOPBACK, "--port", "0", "--http-port", "0"];
let child: ChildProcess | undefined;
afterEach(() => child?.kill("SIGKILL"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...options: string[]): ChildProcess {
  child = spawn(process.execPath, [PROGRAM, "control-server", ...options]);
  return child;
}

/** Hands out its lines as they come. */
async function* linesOf(process: ChildProcess): AsyncGenerator<string> {
  let held = "";
  for await (const piece of process.stdout!) {
    held += String(piece);
    const lines = held.split("\n");
    held = lines.pop()!;
    yield* lines;
  }
}

async function ended(...options: string[]): Promise<{ code: number; errors: string }> {
  const process = run(...options);
  const [errors, [code]] = await Promise.all([text(process.stderr!), once(process, "exit")]);
  return { code: code as number, errors };
}

describe("brakelight control-server", () => {
  it("says where it listens, counts on SIGUSR1 and ends on SIGTERM", async () => {
    const process = run(...ANY_PORTS, "--json");
    const lines = linesOf(process);
    const started = JSON.parse((await lines.next()).value as string);
    expect(started).toMatchObject({ type: "control-server", address: LOOPBACK });
    expect(started.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const response = await fetch(`http://${LOOPBACK}:${started.httpPort}/bytes/1000`);
    expect((await response.arrayBuffer()).byteLength).toBe(1000);
    process.kill("SIGUSR1");
    const counted = JSON.parse((await lines.next()).value as string);
    expect(counted).toMatchObject({ type: "control-server-status", downloads: 1, bytesOut: 1000 });
    process.kill("SIGTERM");
    expect(JSON.parse((await lines.next()).value as string).type).toBe("control-server-status");
    expect(process.exitCode ?? (await once(process, "exit"))[0]).toBe(0);
  });

  it("tells people the facts, and the command for the other side", async () => {
    const process = run(...ANY_PORTS, "--udp-port", "none", "--bytes-per-client", "1MB");
    const lines = linesOf(process);
    const told: string[] = [];
    for (let i = 0; i < 5; i++) told.push((await lines.next()).value as string);
    expect(told[0]).toMatch(/^Control server on 127\.0\.0\.1: TLS port \d+, HTTP port \d+, no UDP$/);
    expect(told[1]).toMatch(/^Certificate self-signed, SHA-256 [0-9A-F:]{95}$/);
    expect(told[2]).toContain("1.00 MB an hour, 40 connections at once");
    expect(told[3]).toMatch(/^On the other side: brakelight probe NAME --control 127\.0\.0\.1:\d+$/);
    process.kill("SIGINT");
    expect((await once(process, "exit"))[0]).toBe(0);
  });

  it("says in one line what to do about a port that is in use", async () => {
    const taken = createServer().listen(0, LOOPBACK);
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const { code, errors } = await ended("--listen", LOOPBACK, "--port", String(port));
    taken.close();
    expect(code).toBe(2);
    expect(errors).toBe(
      `brakelight: port ${port} (TLS) is in use: end what uses it, or give another port with --port\n`,
    );
  });

  it("refuses wrong options with one line", async () => {
    const notPem = join(folder, "not.pem");
    writeFileSync(notPem, "not a certificate");
    const wrong = [
      [["--port", "70000"], "--port is a port"],
      [["--udp-port", "x"], "--udp-port is a port"],
      [["--listen", "example.org"], "--listen is an IP address"],
      [["--bytes-per-client", "200"], "--bytes-per-client: '200' has no unit"],
      [["--connections-per-client", "0"], "--connections-per-client is a number"],
      [["--certificate", notPem], "--certificate and --key go together"],
      [["--certificate", join(folder, "none"), "--key", notPem], "cannot be read (ENOENT)"],
      [["--certificate", notPem, "--key", notPem], "no certificate of the key"],
    ] as const;
    for (const [options, line] of wrong) {
      const { code, errors } = await ended(...options);
      expect(code).toBe(1);
      expect(errors).toContain(line);
      expect(errors.trimEnd().split("\n").length).toBe(1);
    }
  });
});
