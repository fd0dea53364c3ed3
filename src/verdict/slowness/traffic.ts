/**
 * What a box on the path saw: the data packets of one or several transfers, merged in order of time.
 * Times are µs from the first packet; sizes are what the box counts (IP length plus `overheadBytes` a packet).
 */
import type { Transfer } from "../../transfer/transfer.ts";
import { DELIVERED, LOST, PRESUMED_LOST, roundTripUs, VOID } from "../../transfer/transfer.ts";

/** Ethernet header and frame check sequence: what a policer on Ethernet counts beside the IP packet. */
export const ETHERNET_OVERHEAD_BYTES = 18;

export const PASSED = 0;
export const DROPPED = 1;
/** Went through the box, or not, unknown: it takes tokens and is not scored. */
export const UNKNOWN = 2;

/** A drop is "in a burst" when the packet before it was dropped less than this long ago (policing notes, step 4). */
const BURST_GAP_US = 20_000;

export interface Traffic {
  readonly count: number;
  readonly drops: number;
  readonly originUs: number;
  readonly timeUs: Float64Array;
  readonly wireBytes: Float64Array;
  readonly outcome: Uint8Array;
  /** 1 where the packet before was a drop less than 20 ms earlier. */
  readonly afterDrop: Uint8Array;
  /** NaN without a sample. */
  readonly delayUs: Float64Array;
  /** Index into `selections`. */
  readonly transfer: Uint16Array;
  readonly segment: Uint16Array;
  readonly selections: readonly Selection[];
  readonly overheadBytes: number;
}

/** Captured behind whatever dropped the packets. */
export function isBehindBox({ selections }: Pick<Traffic, "selections">): boolean {
  return selections.every(({ transfer }) => transfer.place === "receiver");
}

/** Rows [from, to) of a transfer. */
export interface Selection {
  readonly transfer: Transfer;
  readonly from: number;
  readonly to: number;
}

/** All packets of some transfers. */
export function trafficOf(transfers: readonly Transfer[], overheadBytes: number): Traffic {
  return merge(
    transfers.map((transfer) => ({ transfer, from: 0, to: transfer.rows.count })),
    overheadBytes,
  );
}

/** The packets of one segment of one transfer alone. */
export function trafficOfSegment(transfer: Transfer, segment: number, overheadBytes: number): Traffic {
  const { rows } = transfer;
  let from = 0;
  while (from < rows.count && rows.segment[from]! < segment) from++;
  let to = from;
  while (to < rows.count && rows.segment[to]! <= segment) to++;
  return merge([{ transfer, from, to }], overheadBytes);
}

function merge(selections: readonly Selection[], overheadBytes: number): Traffic {
  let count = 0;
  for (const { from, to } of selections) count += to - from;
  const traffic = {
    timeUs: new Float64Array(count),
    wireBytes: new Float64Array(count),
    outcome: new Uint8Array(count),
    afterDrop: new Uint8Array(count),
    delayUs: new Float64Array(count),
    transfer: new Uint16Array(count),
    segment: new Uint16Array(count),
  };
  const next = selections.map(({ from }) => from);
  // At the receiver, delays are known only above their minimum: the round trip stands in for that.
  const bases = selections.map(({ transfer }) => (transfer.place === "receiver" ? roundTripUs(transfer) : 0));
  let originUs = Number.POSITIVE_INFINITY;
  for (const { transfer, from, to } of selections) {
    if (to > from) originUs = Math.min(originUs, transfer.rows.timeUs[from]!);
  }
  let drops = 0;
  let at = 0;
  let lastUs = Number.NEGATIVE_INFINITY;
  let lastDropped = false;
  for (; at < count; at++) {
    const chosen = earliest(selections, next);
    const { rows } = selections[chosen]!.transfer;
    const row = next[chosen]!++;
    if (rows.outcome[row] === VOID || rows.outcome[row] === PRESUMED_LOST) {
      at--;
      count--;
      continue;
    }
    const timeUs = rows.timeUs[row]! - originUs;
    const lost = rows.outcome[row] === LOST;
    traffic.timeUs[at] = timeUs;
    traffic.wireBytes[at] = rows.ipBytes[row]! + overheadBytes;
    traffic.outcome[at] = lost ? DROPPED : rows.outcome[row] === DELIVERED ? PASSED : UNKNOWN;
    traffic.afterDrop[at] = lastDropped && timeUs - lastUs < BURST_GAP_US ? 1 : 0;
    traffic.delayUs[at] = rows.delayUs[row]! + bases[chosen]!;
    traffic.transfer[at] = chosen;
    traffic.segment[at] = rows.segment[row]!;
    if (lost) drops++;
    lastUs = timeUs;
    lastDropped = lost;
  }
  return { ...traffic, count, drops, originUs, selections, overheadBytes };
}

/** The selection whose next row comes first; few enough for a plain search. */
function earliest(selections: readonly Selection[], next: readonly number[]): number {
  if (selections.length === 1) return 0;
  let best = -1;
  let bestUs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < selections.length; i++) {
    const row = next[i]!;
    if (row >= selections[i]!.to) continue;
    const timeUs = selections[i]!.transfer.rows.timeUs[row]!;
    if (timeUs < bestUs) {
      bestUs = timeUs;
      best = i;
    }
  }
  return best;
}
