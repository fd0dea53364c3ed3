/**
 * Plays scenarios over a real kernel network and judges what clients and servers captured of each transfer.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CaptureAnalysis } from "../../src/cli/capture-analysis.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import type { CapturePlace } from "../../src/transfer/transfer.ts";
import type { SlownessFinding } from "../../src/verdict/slowness/finding.ts";
import type { TransferJudgement } from "../../src/verdict/slowness/judge-path.ts";
import { LabTruth, type TrueTransfer } from "./slowness-lab-truth.ts";

export interface JudgedTransfer {
  readonly scenario: string;
  readonly capture: string;
  readonly at: "client" | "server";
  /** Where the judge takes the capture to be, seen from the sender. */
  readonly place: CapturePlace;
  readonly direction: "up" | "down";
  readonly site: string;
  readonly client: string;
  readonly truth: TrueTransfer;
  readonly finding: SlownessFinding;
  readonly payloadBytes: number;
  readonly lostPackets: number;
  readonly seconds: number;
  readonly connection: string;
}

const PROGRAM = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const LONGEST_MS = 240_000;
const CHUNK_BYTES = 1 << 20;
/** The truth counts bytes of IP packets. */
const OVERHEAD_BYTES = 0;
/** Requests and acknowledgements are no transfers. */
const MIN_PAYLOAD_BYTES = 10_000;

/** Resolves with the reason when it cannot be played. */
export function playScenario(scenario: string, seed: number, out: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = [
      "lab",
      "play",
      scenario,
      "--seed",
      String(seed),
      "--out",
      out,
      "--json",
      "--backend",
      "kernel",
    ];
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let words = "";
    const timer = setTimeout(() => child.kill("SIGTERM"), LONGEST_MS);
    child.stderr.on("data", (text: Buffer) => {
      words += text;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const reason = words.split("\n").findLast((line) => /^(Error|brakelight): /.test(line));
      resolve(code === 0 ? undefined : (reason ?? `exit code ${code}`));
    });
  });
}

export function judgeRun(scenario: string, folder: string): JudgedTransfer[] {
  const truth = new LabTruth(scenario, folder, Date.now() * 1000 - packetClockUs());
  const captures = join(folder, "captures");
  return readdirSync(captures).flatMap((file) => judgeCapture(scenario, join(captures, file), truth));
}

function judgeCapture(scenario: string, capture: string, truth: LabTruth): JudgedTransfer[] {
  const judged: JudgedTransfer[] = [];
  const analysis = new CaptureAnalysis(
    { overheadBytes: OVERHEAD_BYTES, names: false },
    {
      path: ({ directions }, originUs) => {
        for (const { transfers } of directions)
          for (const transfer of transfers)
            judged.push(...comparedTransfer(scenario, capture, transfer, truth, originUs));
      },
      name: () => {},
    },
  );
  const bytes = readFileSync(capture);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) analysis.push(bytes.subarray(at, at + CHUNK_BYTES));
  analysis.end();
  return judged;
}

function comparedTransfer(
  scenario: string,
  capture: string,
  { transfer, finding }: TransferJudgement,
  truth: LabTruth,
  originUs: number,
): JudgedTransfer[] {
  const { connection, from, segments } = transfer;
  const payloadBytes = segments.reduce((sum, segment) => sum + segment.payloadBytes, 0);
  const [sender, receiver] = [connection.ends[from], connection.ends[1 - from]!];
  const isUp = truth.clientAt(sender.endpoint.address) !== undefined;
  const address = (isUp ? sender : receiver).endpoint.address;
  const client = truth.clientAt(address);
  if (client === undefined || connection.serverName === undefined) return [];
  const direction = isUp ? "up" : "down";
  const truly = truth.of(address, connection.serverName, direction, absolute(connection.firstUs, originUs));
  if (!truly || truly.cause === "no transfer") return [];
  if (payloadBytes < MIN_PAYLOAD_BYTES) return [];
  return [
    {
      ...{
        scenario,
        capture,
        direction,
        client,
        finding,
        payloadBytes,
        truth: truly,
        site: connection.serverName,
      },
      place: transfer.place,
      at: capture.endsWith(`/${client}.pcap`) ? "client" : "server",
      lostPackets: segments.reduce((sum, segment) => sum + segment.lostPackets, 0),
      seconds: (connection.lastUs - connection.firstUs) / 1e6,
      connection: connection.ends.map(({ endpoint }) => `${endpoint.address}:${endpoint.port}`).join("-"),
    },
  ];
}

/** Times of a connection are since the epoch, or since the capture's first packet. */
function absolute(timeUs: number, originUs: number): number {
  return timeUs < originUs ? originUs + timeUs : timeUs;
}
