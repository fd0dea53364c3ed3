/**
 * Real ClickHouse servers on loopback, one process each, as one cluster of shards without replicas. They come out of the
 * library of test/clickhouse/package.json (566 MB, Linux on x86-64), which `npm ci --prefix test/clickhouse` installs, by way
 * of loader.c, which gcc compiles. Their data lie in one temporary folder and go with them. Good for tests only.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LIBRARY = join(import.meta.dirname, "node_modules/@chdb/lib-linux-x64-gnu/libchdb.so");
const START_MS = 60_000;
/** Listens until it is ended. */
const SERVE = `SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT sleepEachRow(1) FROM numbers(100000000)
  SETTINGS function_sleep_max_microseconds_per_block = 100000000000, max_block_size = 1, max_execution_time = 0 FORMAT Null`;

/** Why there can be no servers here; undefined: there can. */
export function whyNoServers(): string | undefined {
  if (!existsSync(LIBRARY))
    return "the package of test/clickhouse is not installed: npm ci --prefix test/clickhouse";
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "gcc is not installed";
  }
}

export interface Servers {
  /** For `--store`. */
  url(database: string): string;
  readonly count: number;
  /** Of the server of that number, from 0; the first is the one that is asked. */
  kill(server: number): Promise<void>;
  /** With the data that it had. */
  restart(server: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startServers(count = 3): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), "brakelight-clickhouse-"));
  const loader = join(folder, "loader");
  execFileSync("gcc", ["-O1", "-o", loader, join(import.meta.dirname, "loader.c"), "-ldl"]);
  const ports = await freePorts(2 * count);
  const [http, tcp] = [ports.slice(0, count), ports.slice(count)];
  const running: ChildProcess[] = [];

  const start = async (server: number): Promise<void> => {
    const own = join(folder, String(server));
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "config.xml"), configOf(http[server]!, tcp[server]!, tcp));
    const log = openSync(join(own, "log"), "a");
    const words = [
      `--config-file=${join(own, "config.xml")}`,
      `--path=${join(own, "data")}`,
      "--query",
      SERVE,
    ];
    const child = spawn(loader, [LIBRARY, ...words], { cwd: own, stdio: ["ignore", log, log] });
    running[server] = child;
    const until = Date.now() + START_MS;
    while (!(await answers(http[server]!))) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`server ${server} did not start: ${join(own, "log")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const kill = async (server: number): Promise<void> => {
    const child = running[server];
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(http.map((_, server) => kill(server)));
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    await Promise.all(http.map((_, server) => start(server)));
  } catch (error) {
    await stop();
    throw error;
  }
  const nodes = http.map((port) => `127.0.0.1:${port}`).join(",");
  return {
    ...{ count, kill, stop, restart: start },
    url: (database) => `http://127.0.0.1:${http[0]}/${database}?nodes=${nodes}`,
  };
}

function configOf(http: number, tcp: number, shards: readonly number[]): string {
  const shard = (port: number): string =>
    `<shard><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`;
  return `<clickhouse>
    <listen_host>127.0.0.1</listen_host><http_port>${http}</http_port><tcp_port>${tcp}</tcp_port>
    <logger><level>error</level></logger>
    <remote_servers><brakelight>${shards.map(shard).join("")}</brakelight></remote_servers>
  </clickhouse>`;
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/ping`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as { port: number }).port;
    }),
  );
  for (const server of servers) server.close();
  return ports;
}
