/**
 * Inside a cell: one large object a connection over TLS, with the box in the way (it lets the name pass) and without it
 * (plain forwarding), in alternating rounds on the same namespaces. Programs in C move the bytes: curl(1) against
 * openssl(1) s_server, one of each a connection; iperf3(1), where it is installed, says what plain TCP reaches.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { CertificateAuthority } from "../../src/lab/sites/certificate-authority.ts";
import { insideCell } from "../lab/in-cell.ts";
import { byName, POLICE } from "../middlebox/rules.ts";
import { CLIENT, SERVERS, Stage } from "./lab-stage.ts";
import { isInstalled } from "./process-run.ts";

export interface HttpsTrial {
  readonly rounds: number;
  readonly connections: number;
  readonly bytes: number;
}

export interface HttpsLine {
  readonly what: "https" | "tcp";
  readonly isBoxIn: boolean;
  readonly bps: number;
  /** Processor time of the box driver a second of transfer; absent without one. */
  readonly driverShare?: number;
  /** Packets that the box saw of them, a connection. */
  readonly asked?: number;
}

const run = promisify(execFile);
const FIRST_PORT = 4433;
const TCP_PORT = 5201;
const TCP_SECONDS = 2;
const NAME = "www.example.org";
const READY_AFTER_MS = 500;

insideCell<HttpsTrial>(async (trial, folder, tell) => {
  const stage = new Stage(folder);
  const servers = await startServers(folder, trial);
  const rules = byName(
    POLICE,
    "*twitter.com",
    ...Array.from({ length: 9_999 }, (_, i) => `*.site-${i}.example`),
  );
  // The first round warms up.
  for (let round = -1; round < trial.rounds; round++) {
    for (const isBoxIn of round % 2 === 0 ? [true, false] : [false, true]) {
      if (isBoxIn) await stage.putBoxIn(rules);
      const https = await playHttps(stage, trial, isBoxIn);
      const tcp = isInstalled("iperf3") ? await tcpBps(stage, trial.connections) : undefined;
      if (isBoxIn) stage.takeBoxOut();
      if (round < 0) continue;
      tell(https);
      if (tcp !== undefined) tell({ what: "tcp", isBoxIn, bps: tcp } satisfies HttpsLine);
    }
  }
  for (const server of servers) server.kill();
});

async function startServers(folder: string, { connections, bytes }: HttpsTrial): Promise<ChildProcess[]> {
  const authority = await CertificateAuthority.create(Date.now());
  const { key, cert } = await authority.credentialsFor(NAME, Date.now());
  writeFileSync(join(folder, "key.pem"), key);
  writeFileSync(join(folder, "cert.pem"), cert);
  writeFileSync(join(folder, "object"), "");
  truncateSync(join(folder, "object"), bytes);
  const inside = ["netns", "exec", SERVERS];
  const servers = Array.from({ length: connections }, (_, i) =>
    spawn(
      "ip",
      [
        ...inside,
        "openssl",
        "s_server",
        "-quiet",
        "-WWW",
        "-accept",
        String(FIRST_PORT + i),
        "-key",
        "key.pem",
        "-cert",
        "cert.pem",
      ],
      { cwd: folder, stdio: "ignore" },
    ),
  );
  if (isInstalled("iperf3"))
    servers.push(spawn("ip", [...inside, "iperf3", "-s", "-p", String(TCP_PORT)], { stdio: "ignore" }));
  await sleep(READY_AFTER_MS);
  return servers;
}

async function playHttps(
  stage: Stage,
  { connections, bytes }: HttpsTrial,
  isBoxIn: boolean,
): Promise<HttpsLine> {
  const asked = isBoxIn ? (await stage.status()).queued : 0;
  const cpu = isBoxIn ? stage.driverSeconds() : 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, i) => {
      const port = FIRST_PORT + i;
      const to = ["--resolve", `${NAME}:${port}:${stage.serverAddress}`, `https://${NAME}:${port}/object`];
      const curl = ["curl", "-sSk", "-o", "/dev/null", "-w", "%{size_download}", ...to];
      const { stdout } = await run("ip", ["netns", "exec", CLIENT, ...curl]);
      if (Number(stdout) < bytes) throw new Error(`curl got ${stdout} of ${bytes} bytes`);
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const line = { what: "https", isBoxIn, bps: (8 * bytes * connections) / seconds } as const;
  if (!isBoxIn) return line;
  return {
    ...line,
    driverShare: (stage.driverSeconds() - cpu) / seconds,
    asked: ((await stage.status()).queued - asked) / connections,
  };
}

async function tcpBps(stage: Stage, connections: number): Promise<number> {
  const iperf = [
    "iperf3",
    "-J",
    "-R",
    "-t",
    String(TCP_SECONDS),
    "-P",
    String(connections),
    "-p",
    String(TCP_PORT),
    "-c",
    stage.serverAddress,
  ];
  const { stdout } = await run("ip", ["netns", "exec", CLIENT, ...iperf], { maxBuffer: 1 << 24 });
  return (JSON.parse(stdout) as { end: { sum_received: { bits_per_second: number } } }).end.sum_received
    .bits_per_second;
}
