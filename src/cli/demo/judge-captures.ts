/** What the packets of a laboratory's client say of its downloads, by the server's name. */
import { readFileSync } from "node:fs";
import type { DirectionJudgement } from "../../verdict/slowness/judge-path.ts";
import { type LossEvents, lossEventsOf } from "../../verdict/slowness/loss-events.ts";
import type { JudgedFlow } from "../../verdict/slowness/side-by-side.ts";
import { trafficOf } from "../../verdict/slowness/traffic.ts";
import { CaptureAnalysis } from "../capture-analysis.ts";

/** Boxes count the bytes of IP packets. */
const OVERHEAD_BYTES = 0;
const CHUNK_BYTES = 1 << 20;
/** Requests and greetings are no transfers. */
const LEAST_PAYLOAD_BYTES = 10_000;

export interface JudgedCapture {
  readonly flows: ReadonlyMap<string, readonly JudgedFlow[]>;
  /** Of all packets between the client and the server that sent most, whatever the name. */
  readonly losses: LossEvents | undefined;
}

export function judgeCapture(path: string): JudgedCapture {
  const flows = new Map<string, JudgedFlow[]>();
  let losses: LossEvents | undefined;
  let most = 0;
  const analysis = new CaptureAnalysis(
    { overheadBytes: OVERHEAD_BYTES, names: false },
    {
      path: ({ directions }) => {
        for (const direction of directions) {
          let moved = 0;
          for (const { transfer, finding } of direction.transfers) {
            const { serverName, lastUs } = transfer.connection;
            const bytes = transfer.segments.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
            moved += bytes;
            const startUs = Math.min(...transfer.segments.map((segment) => segment.startUs));
            const endUs = Math.max(...transfer.segments.map((segment) => segment.endUs));
            if (serverName === undefined || bytes < LEAST_PAYLOAD_BYTES) continue;
            flows.set(serverName, [
              ...(flows.get(serverName) ?? []),
              {
                ...{ finding, bytes, goodputBps: (8e6 * bytes) / Math.max(1, endUs - startUs) },
                silentUs: lastUs - endUs,
              },
            ]);
          }
          if (moved > most) [losses, most] = [lossesOf(direction), moved];
        }
      },
      name: () => {},
    },
  );
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) analysis.push(bytes.subarray(at, at + CHUNK_BYTES));
  analysis.end();
  return { flows, losses };
}

function lossesOf({ transfers }: DirectionJudgement): LossEvents {
  return lossEventsOf(
    trafficOf(
      transfers.map(({ transfer }) => transfer),
      OVERHEAD_BYTES,
    ),
  );
}
