/**
 * Puts the records of a path in order of time. Captures from multi-queue cards are out of order by up to milliseconds
 * (104 of 119 in the policing traces); unsorted, new data looks sent again.
 * Nearly sorted input costs linear time; input made to be slow falls back to n log n.
 */
import type { LogChain } from "./packet-log.ts";
import { PacketLog, SACK_RECORD } from "./packet-log.ts";

/** Shifts a record before insertion sort is given up, on average. */
const MAX_SHIFTS_PER_RECORD = 16;

export interface OrderedRecords {
  /** Positions in the log of all records in order of arrival. */
  readonly positions: Int32Array;
  /** Indexes into `positions` of the packets (not their SACK records), in order of time. */
  readonly order: Int32Array;
}

export function inTimeOrder(chain: LogChain, log: PacketLog): OrderedRecords {
  const positions = new Int32Array(chain.records);
  let at = 0;
  let packets = 0;
  for (let block = chain.first; block >= 0; block = log.nextBlock(block)) {
    const first = block * PacketLog.blockRecords;
    for (let i = 0; i < PacketLog.blockRecords && at < chain.records; i++) {
      positions[at++] = first + i;
      if (!(log.flags[first + i]! & SACK_RECORD)) packets++;
    }
  }
  const order = new Int32Array(packets);
  let rank = 0;
  for (let i = 0; i < positions.length; i++)
    if (!(log.flags[positions[i]!]! & SACK_RECORD)) order[rank++] = i;
  const timeOf = (index: number): number => log.timeUs[positions[index]!]!;
  if (!insertionSort(order, timeOf)) order.sort((a, b) => timeOf(a) - timeOf(b) || a - b);
  return { positions, order };
}

/** Sorts in place and stably; false when that would take too long (the order is then partly sorted). */
function insertionSort(order: Int32Array, timeOf: (index: number) => number): boolean {
  let budget = order.length * MAX_SHIFTS_PER_RECORD;
  for (let i = 1; i < order.length; i++) {
    const moving = order[i]!;
    const timeUs = timeOf(moving);
    let at = i;
    while (at > 0 && timeOf(order[at - 1]!) > timeUs) {
      order[at] = order[at - 1]!;
      at--;
      if (--budget < 0) {
        order[at] = moving;
        return false;
      }
    }
    order[at] = moving;
  }
  return true;
}
