/** What the packets of a laboratory's client say of its downloads, by the server's name. */
import { readFileSync } from "node:fs";
import type { SlownessFinding } from "../../verdict/slowness/finding.ts";
import type { JudgedFlow } from "../../verdict/slowness/side-by-side.ts";
import { CaptureAnalysis } from "../capture-analysis.ts";

/** Boxes count the bytes of IP packets. */
const OVERHEAD_BYTES = 0;
const CHUNK_BYTES = 1 << 20;
/** Requests and greetings are no transfers. */
const LEAST_PAYLOAD_BYTES = 10_000;

export interface JudgedCapture {
  readonly flows: ReadonlyMap<string, readonly JudgedFlow[]>;
  /** Of all packets between the client and the server that sent most, whatever the name. */
  readonly line: SlownessFinding | undefined;
}

export function judgeCapture(path: string): JudgedCapture {
  const flows = new Map<string, JudgedFlow[]>();
  let line: SlownessFinding | undefined;
  let most = 0;
  const analysis = new CaptureAnalysis(
    { overheadBytes: OVERHEAD_BYTES, names: false },
    {
      path: ({ directions }) => {
        for (const direction of directions) {
          let moved = 0;
          for (const { transfer, finding } of direction.transfers) {
            const { serverName, firstUs, lastUs } = transfer.connection;
            const bytes = transfer.segments.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
            moved += bytes;
            if (serverName === undefined || bytes < LEAST_PAYLOAD_BYTES) continue;
            flows.set(serverName, [
              ...(flows.get(serverName) ?? []),
              {
                ...{ finding, bytes, goodputBps: (8e6 * bytes) / Math.max(1, lastUs - firstUs) },
                silentUs: lastUs - Math.max(...transfer.segments.map(({ endUs }) => endUs)),
              },
            ]);
          }
          if (moved > most) [line, most] = [direction.finding, moved];
        }
      },
      name: () => {},
    },
  );
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) analysis.push(bytes.subarray(at, at + CHUNK_BYTES));
  analysis.end();
  return { flows, line };
}
