/** What the packets of a laboratory's client say of its downloads, by the server's name. */
import { readFileSync } from "node:fs";
import type { JudgedFlow } from "../../verdict/slowness/side-by-side.ts";
import { CaptureAnalysis } from "../capture-analysis.ts";

/** Boxes count the bytes of IP packets. */
const OVERHEAD_BYTES = 0;
const CHUNK_BYTES = 1 << 20;
/** Requests and greetings are no transfers. */
const LEAST_PAYLOAD_BYTES = 10_000;

export function judgeCapture(path: string): Map<string, JudgedFlow[]> {
  const flows = new Map<string, JudgedFlow[]>();
  const analysis = new CaptureAnalysis(
    { overheadBytes: OVERHEAD_BYTES, names: false },
    {
      path: ({ directions }) => {
        for (const { transfers } of directions)
          for (const { transfer, finding } of transfers) {
            const { serverName, firstUs, lastUs } = transfer.connection;
            const bytes = transfer.segments.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
            if (serverName === undefined || bytes < LEAST_PAYLOAD_BYTES) continue;
            flows.set(serverName, [
              ...(flows.get(serverName) ?? []),
              {
                ...{ finding, bytes, goodputBps: (8e6 * bytes) / Math.max(1, lastUs - firstUs) },
                silentUs: lastUs - Math.max(...transfer.segments.map(({ endUs }) => endUs)),
              },
            ]);
          }
      },
      name: () => {},
    },
  );
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) analysis.push(bytes.subarray(at, at + CHUNK_BYTES));
  analysis.end();
  return flows;
}
