/**
 * How many measurements a second the collector acknowledges, each on the disk before it is: `serve` as a process, raw
 * sockets that each wait for their answer, distinct measurements. Beside it the disk's own limit: synced writes of the same
 * bytes without any server. SECONDS and CONNECTIONS by environment.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { probeReport } from "../server/running.ts";
import { serve } from "../server/serve-process.ts";

const SECONDS = Number(process.env["SECONDS"] ?? 10);
const CONNECTIONS = Number(process.env["CONNECTIONS"] ?? 64);
const TICK_MS = 1_000;

const folder = mkdtempSync(join(process.env["BENCH_FOLDER"] ?? tmpdir(), "bench-collector-"));
let count = 0;
const latencies: number[] = [];

/** One connection: the next measurement when the last was answered. */
function client(port: number, isOver: () => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    let acknowledged = 0;
    let sentMs = 0;
    let held = "";
    const socket = connect(port, "127.0.0.1");
    const send = (): void => {
      const body = JSON.stringify({ format: "json", content: probeReport("measured", `bench-${count++}`) });
      sentMs = performance.now();
      socket.write(
        `POST /api/v1/submit_measurement HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    };
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("data", (text) => {
      held += String(text);
      const head = held.indexOf("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(held)?.[1];
      if (head < 0 || length === undefined || held.length < head + 4 + Number(length)) return;
      if (held.startsWith("HTTP/1.1 200")) acknowledged++;
      else process.stderr.write(`${held.split("\r\n")[0]}\n`);
      held = "";
      latencies.push(performance.now() - sentMs);
      if (isOver()) {
        socket.end();
        resolve(acknowledged);
      } else send();
    });
  });
}

function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** Of all its threads, since its start; a tick is 10 ms (getconf CLK_TCK). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Synced writes of `bytes` a second, one after the other. */
function syncedWrites(bytes: number): number {
  const path = join(folder, "synced");
  const file = openSync(path, "w");
  const block = Buffer.alloc(bytes, "x");
  const untilMs = performance.now() + TICK_MS;
  let writes = 0;
  while (performance.now() < untilMs) {
    writeSync(file, block);
    fdatasyncSync(file);
    writes++;
  }
  closeSync(file);
  rmSync(path);
  return writes;
}

const bytes = JSON.stringify(probeReport("measured", "bench-0")).length;
const served = await serve(["--store", join(folder, "store.duckdb")]);
const pid = served.process.pid!;
const startMs = performance.now();
const startCpu = cpuSeconds(pid);
const memory: number[] = [];
const timer = setInterval(() => memory.push(memoryMb(pid)), TICK_MS);
const isOver = (): boolean => performance.now() - startMs > SECONDS * TICK_MS;
const acknowledged = (
  await Promise.all(Array.from({ length: CONNECTIONS }, () => client(served.port, isOver)))
).reduce((sum, one) => sum + one, 0);
const seconds = (performance.now() - startMs) / TICK_MS;
clearInterval(timer);
const cpu = cpuSeconds(pid) - startCpu;
const metrics = await (await fetch(`http://127.0.0.1:${served.port}/metrics`)).text();
const metric = (name: string): number =>
  Number(new RegExp(`^brakelight_${name} (\\S+)`, "m").exec(metrics)?.[1]);
const drainMs = performance.now();
served.process.kill("SIGTERM");
const code = await served.ended;
latencies.sort((a, b) => a - b);
const share = (part: number): string => latencies[Math.floor(part * (latencies.length - 1))]!.toFixed(1);
const single = syncedWrites(bytes);
process.stdout.write(
  [
    `${acknowledged} acknowledged in ${seconds.toFixed(1)} s: ${Math.round(acknowledged / seconds)} a second (${CONNECTIONS} connections, ${bytes} bytes each)`,
    `processor time of the process: ${((1e6 * cpu) / acknowledged).toFixed(0)} µs each, on ${(cpu / seconds).toFixed(2)} cores (load of the machine ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()})`,
    `time to the acknowledgement: median ${share(0.5)} ms, 99 % ${share(0.99)} ms`,
    `in the store meanwhile: ${metric("stored_submissions_total")}; left in the journal: ${(metric("journal_bytes") / 1e6).toFixed(1)} MB, stored in ${((performance.now() - drainMs) / TICK_MS).toFixed(1)} s more (exit ${code})`,
    `memory of the process, MB, by tenths of the time: ${Array.from({ length: 10 }, (_, at) => Math.round(memory[Math.floor((at * memory.length) / 10)] ?? 0)).join(" ")}`,
    `the disk: ${single} synced writes of ${bytes} bytes a second, one after the other`,
    "",
  ].join("\n"),
);
if (served.errors() !== "") process.stderr.write(served.errors());
rmSync(folder, { recursive: true, force: true });
