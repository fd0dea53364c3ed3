/**
 * The packets of open paths, kept until their path is judged: columns in one pool, cut into small blocks, so that
 * a packet costs no allocation and a finished path gives its room back.
 * Bounds: the owner closes paths before `size` passes its limit; 42 bytes a record, one record a packet and one more
 * for every two SACK blocks.
 */
import { grown } from "../base/columns.ts";
import type { Packet } from "../packet/packet.ts";

const BLOCK_RECORDS = 16;
const INITIAL_RECORDS = 1 << 14;

/** Bits of a record's `flags` above the eight of TCP. */
export const FROM_HIGH = 0x100;
export const HAS_TIMESTAMPS = 0x200;
/** The record continues the one before it with up to two SACK blocks: sequence-ack and timestamp-echo are edges. */
export const SACK_RECORD = 0x400;
export const SECOND_SACK_BLOCK = 0x800;

/** A list of records inside the log. */
export interface LogChain {
  first: number;
  last: number;
  /** Records in all blocks. */
  records: number;
}

export function emptyChain(): LogChain {
  return { first: -1, last: -1, records: 0 };
}

export class PacketLog {
  timeUs = new Float64Array(INITIAL_RECORDS);
  sequence = new Uint32Array(INITIAL_RECORDS);
  acknowledgement = new Uint32Array(INITIAL_RECORDS);
  payloadBytes = new Uint32Array(INITIAL_RECORDS);
  ipBytes = new Uint32Array(INITIAL_RECORDS);
  window = new Uint16Array(INITIAL_RECORDS);
  timestampValue = new Uint32Array(INITIAL_RECORDS);
  timestampEcho = new Uint32Array(INITIAL_RECORDS);
  flags = new Uint16Array(INITIAL_RECORDS);
  connection = new Int32Array(INITIAL_RECORDS);
  #nextBlock = new Int32Array(INITIAL_RECORDS / BLOCK_RECORDS);
  #freeBlock = -1;
  #usedBlocks = 0;
  /** Records in blocks that are in use. */
  size = 0;

  /** Appends a TCP packet of connection number `connection`; `fromHigh` is its direction. */
  append(chain: LogChain, packet: Packet, connection: number, fromHigh: boolean): void {
    const at = this.#slot(chain);
    this.timeUs[at] = packet.timeUs;
    this.sequence[at] = packet.sequence;
    this.acknowledgement[at] = packet.acknowledgement;
    this.payloadBytes[at] = packet.payloadLength;
    this.ipBytes[at] = packet.ipLength;
    this.window[at] = packet.window;
    this.connection[at] = connection;
    let flags = packet.flags | (fromHigh ? FROM_HIGH : 0);
    if (packet.hasTimestamps) {
      flags |= HAS_TIMESTAMPS;
      this.timestampValue[at] = packet.timestampValue;
      this.timestampEcho[at] = packet.timestampEcho;
    } else this.timestampValue[at] = 0;
    this.flags[at] = flags;
    for (let block = 0; block < packet.sackBlocks; block += 2) this.#appendSack(chain, packet, block);
  }

  #appendSack(chain: LogChain, packet: Packet, block: number): void {
    const at = this.#slot(chain);
    const { sack } = packet;
    this.sequence[at] = sack[2 * block]!;
    this.acknowledgement[at] = sack[2 * block + 1]!;
    let flags = SACK_RECORD;
    if (block + 1 < packet.sackBlocks) {
      flags |= SECOND_SACK_BLOCK;
      this.timestampValue[at] = sack[2 * block + 2]!;
      this.timestampEcho[at] = sack[2 * block + 3]!;
    }
    this.flags[at] = flags;
  }

  /** The block that follows `block` in its chain. */
  nextBlock(block: number): number {
    return this.#nextBlock[block]!;
  }

  static readonly blockRecords = BLOCK_RECORDS;

  /** Gives the chain's room back. */
  release(chain: LogChain): void {
    for (let block = chain.first; block >= 0; ) {
      const next = this.#nextBlock[block]!;
      this.#nextBlock[block] = this.#freeBlock;
      this.#freeBlock = block;
      this.size -= BLOCK_RECORDS;
      block = next;
    }
    chain.first = -1;
    chain.last = -1;
    chain.records = 0;
  }

  #slot(chain: LogChain): number {
    const within = chain.records % BLOCK_RECORDS;
    if (within === 0) {
      const block = this.#takeBlock();
      if (chain.last < 0) chain.first = block;
      else this.#nextBlock[chain.last] = block;
      chain.last = block;
    }
    chain.records++;
    return chain.last * BLOCK_RECORDS + within;
  }

  #takeBlock(): number {
    let block = this.#freeBlock;
    if (block >= 0) this.#freeBlock = this.#nextBlock[block]!;
    else {
      block = this.#usedBlocks++;
      if ((block + 1) * BLOCK_RECORDS > this.flags.length) this.#grow();
    }
    this.#nextBlock[block] = -1;
    this.size += BLOCK_RECORDS;
    return block;
  }

  #grow(): void {
    const records = this.flags.length * 2;
    this.timeUs = grown(this.timeUs, records);
    this.sequence = grown(this.sequence, records);
    this.acknowledgement = grown(this.acknowledgement, records);
    this.payloadBytes = grown(this.payloadBytes, records);
    this.ipBytes = grown(this.ipBytes, records);
    this.window = grown(this.window, records);
    this.timestampValue = grown(this.timestampValue, records);
    this.timestampEcho = grown(this.timestampEcho, records);
    this.flags = grown(this.flags, records);
    this.connection = grown(this.connection, records);
    this.#nextBlock = grown(this.#nextBlock, records / BLOCK_RECORDS);
  }
}
