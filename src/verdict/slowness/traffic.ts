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
  readonly transfer: Uint32Array;
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
  return mergeRows(
    transfers.map((transfer) => ({ transfer, from: 0, to: transfer.rows.count })),
    overheadBytes,
  );
}

/** The packets of one segment of one transfer alone. */
export function trafficOfSegment(transfer: Transfer, segment: number, overheadBytes: number): Traffic {
  const from = firstRowOf(transfer, segment);
  const to = firstRowOf(transfer, segment + 1);
  return mergeRows([{ transfer, from, to }], overheadBytes);
}

/** Answers follow each other: rows are in order of their segments. */
function firstRowOf({ rows }: Transfer, segment: number): number {
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows.segment[middle]! < segment) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergeRows(selections: readonly Selection[], overheadBytes: number): Traffic {
  let count = 0;
  for (const { from, to } of selections) count += to - from;
  const traffic = {
    timeUs: new Float64Array(count),
    wireBytes: new Float64Array(count),
    outcome: new Uint8Array(count),
    afterDrop: new Uint8Array(count),
    delayUs: new Float64Array(count),
    transfer: new Uint32Array(count),
    segment: new Uint16Array(count),
  };
  const merge = new Merge(selections);
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
    const chosen = merge.selection;
    const row = merge.row;
    const { rows } = selections[chosen]!.transfer;
    merge.advance();
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

/** Deliveries closer than this are one, */
const THIN_GAP_US = 1500;
/** up to this many: what a bucket holds changes little meanwhile. */
const THIN_PACKETS = 6;

/** The same traffic with runs of deliveries made one event each: for comparing rates quickly, not for counting. */
export function thinned(traffic: Traffic): Traffic {
  const { timeUs, wireBytes, outcome, afterDrop } = traffic;
  const kept = {
    timeUs: new Float64Array(traffic.count),
    wireBytes: new Float64Array(traffic.count),
    outcome: new Uint8Array(traffic.count),
    afterDrop: new Uint8Array(traffic.count),
  };
  let count = 0;
  let merged = 0;
  for (let i = 0; i < traffic.count; i++) {
    const last = count - 1;
    const joins =
      last >= 0 &&
      merged < THIN_PACKETS &&
      outcome[i] === PASSED &&
      kept.outcome[last] === PASSED &&
      timeUs[i]! - kept.timeUs[last]! < THIN_GAP_US &&
      afterDrop[i] === kept.afterDrop[last];
    if (joins) {
      kept.timeUs[last] = timeUs[i]!;
      kept.wireBytes[last]! += wireBytes[i]!;
      merged++;
      continue;
    }
    kept.timeUs[count] = timeUs[i]!;
    kept.wireBytes[count] = wireBytes[i]!;
    kept.outcome[count] = outcome[i]!;
    kept.afterDrop[count++] = afterDrop[i]!;
    merged = 1;
  }
  return { ...traffic, ...kept, count };
}

/** Gives the selection whose next row comes first, again and again: a binary heap over the selections. */
class Merge {
  readonly #selections: readonly Selection[];
  readonly #next: Int32Array;
  /** Indexes of selections with rows left, ordered as a heap by the time of their next row. */
  readonly #heap: number[] = [];

  constructor(selections: readonly Selection[]) {
    this.#selections = selections;
    this.#next = Int32Array.from(selections, ({ from }) => from);
    for (let i = 0; i < selections.length; i++)
      if (selections[i]!.from < selections[i]!.to) this.#heap.push(i);
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  /** The selection whose turn it is; its row is `row`. */
  get selection(): number {
    return this.#heap[0]!;
  }

  get row(): number {
    return this.#next[this.#heap[0]!]!;
  }

  advance(): void {
    const chosen = this.#heap[0]!;
    if (++this.#next[chosen]! >= this.#selections[chosen]!.to) {
      const last = this.#heap.pop()!;
      if (this.#heap.length === 0) return;
      if (last !== chosen) this.#heap[0] = last;
    }
    if (this.#heap.length > 1) this.#sink(0);
  }

  #timeUs(selection: number): number {
    return this.#selections[selection]!.transfer.rows.timeUs[this.#next[selection]!]!;
  }

  /** Earlier rows first; of the same time, the selection that comes first. */
  #before(a: number, b: number): boolean {
    const difference = this.#timeUs(a) - this.#timeUs(b);
    return difference < 0 || (difference === 0 && a < b);
  }

  #sink(at: number): void {
    const heap = this.#heap;
    for (;;) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
        if (this.#before(heap[child]!, heap[least]!)) least = child;
      }
      if (least === at) return;
      const moved = heap[at]!;
      heap[at] = heap[least]!;
      heap[least] = moved;
      at = least;
    }
  }
}
