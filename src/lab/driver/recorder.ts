/**
 * The program that records what the laboratory's clients and servers see: a capture each (pcap, nanoseconds, raw IP, the
 * first SNAP_BYTES of each packet). One process for all.
 */
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as yieldToEvents } from "node:timers/promises";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { PacketTap } from "../../host/kernel/packet-tap.ts";
import { PollSet } from "../../host/kernel/poll-set.ts";
import { LINKTYPE_RAW } from "../../packet/decode.ts";
import { networkPath } from "../network/build-network.ts";
import { childPart } from "../parts/child-part.ts";

export interface RecorderSetup {
  readonly folder: string;
  readonly places: readonly { readonly host: string; readonly device: string }[];
}

/** Headers of the longest kinds, and a whole small ClientHello. */
const SNAP_BYTES = 640;
const LONGEST_WAIT_US = 50_000;
const WHOLE_BATCH = 64;
const BATCHES_A_TURN = 8;
/** Of what waits when all is to be written: more than a tap holds. */
const MOST_BATCHES = 4096;
const FLUSH_AT_BYTES = 1 << 18;
const PCAP_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

childPart<RecorderSetup>(async ({ folder, places }, part) => {
  const taps = places.map(({ host, device }) =>
    withinNetwork(networkPath(host), () => new PacketTap(device, SNAP_BYTES)),
  );
  const files = places.map(({ host }) => new CaptureFile(join(folder, `${host}.pcap`)));
  part.onRequest = () => {
    taps.forEach((tap, index) => {
      const file = files[index]!;
      for (let batch = 0; batch < MOST_BATCHES; batch++) if (tap.receive(file.add) < WHOLE_BATCH) break;
      file.flush();
    });
    return taps.reduce((sum, tap) => sum + tap.lost(), 0);
  };
  part.ready();
  const poll = new PollSet(taps.map(({ fd }) => fd));
  while (!part.stopped) {
    poll.wait(LONGEST_WAIT_US);
    taps.forEach((tap, index) => {
      if (!poll.isReadable(index)) return;
      const file = files[index]!;
      for (let batch = 0; batch < BATCHES_A_TURN; batch++) if (tap.receive(file.add) < WHOLE_BATCH) break;
    });
    await yieldToEvents();
  }
});

class CaptureFile {
  readonly #fd: number;
  readonly #held = Buffer.alloc(FLUSH_AT_BYTES);
  #length = 0;

  constructor(path: string) {
    this.#fd = openSync(path, "w");
    const header = Buffer.alloc(PCAP_HEADER_BYTES);
    header.writeUInt32LE(MAGIC_NANOSECONDS, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(SNAP_BYTES, 16);
    header.writeUInt32LE(LINKTYPE_RAW, 20);
    writeSync(this.#fd, header);
  }

  readonly add = (
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    seconds: number,
    nanoseconds: number,
  ): void => {
    if (this.#length + RECORD_HEADER_BYTES + SNAP_BYTES > FLUSH_AT_BYTES) this.flush();
    const held = this.#held;
    const at = this.#length;
    held.writeUInt32LE(seconds, at);
    held.writeUInt32LE(nanoseconds, at + 4);
    held.writeUInt32LE(end - start, at + 8);
    held.writeUInt32LE(length, at + 12);
    held.set(bytes.subarray(start, end), at + RECORD_HEADER_BYTES);
    this.#length = at + RECORD_HEADER_BYTES + (end - start);
  };

  flush(): void {
    writeSync(this.#fd, this.#held, 0, this.#length);
    this.#length = 0;
  }
}
