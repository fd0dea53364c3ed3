/**
 * Which routers answered packets that ended at them: ICMP time exceeded (RFC 792, RFC 4443), as seen beside the
 * connections of a hop trial, told by their local ports. Needs CAP_NET_RAW on Linux; without it, none.
 */
import { PacketTap } from "../../host/kernel/packet-tap.ts";
import { formatAddress } from "../../packet/address.ts";

const SNAP_BYTES = 128;
const READ_EVERY_MS = 20;
const MOST_BATCHES = 64;
const WHOLE_BATCH = 64;
const ICMP = 1;
const ICMP_TIME_EXCEEDED = 11;
const ICMP_V6 = 58;
const ICMP_V6_TIME_EXCEEDED = 3;
const V6_HEADER_BYTES = 40;
const ICMP_HEADER_BYTES = 8;
const TCP = 6;
/** Of a run: many more than it has packets that end on the way. */
const MOST_REPLIES = 1000;

export class HopReplies {
  /** Router by local port of the connection. */
  readonly #routers = new Map<number, string>();
  readonly #tap: Tap;
  readonly #timer: NodeJS.Timeout;
  #isOpen = true;

  private constructor(tap: Tap) {
    this.#tap = tap;
    this.#timer = setInterval(() => this.#read(), READ_EVERY_MS);
  }

  /** Undefined where it is not allowed or not possible. */
  static open(openTap: () => Tap = openSystemTap): HopReplies | undefined {
    if (process.platform !== "linux") return undefined;
    try {
      return new HopReplies(openTap());
    } catch {
      return undefined;
    }
  }

  /** What cannot be read any more (the link went down, for instance) ends it: routers that are known stay. */
  #read(): void {
    try {
      this.#readBatches();
    } catch {
      this.#close();
    }
  }

  #readBatches(): void {
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      const count = this.#tap.receive((bytes, start, end) => {
        const reply = readTimeExceeded(bytes.subarray(start, end));
        if (reply && this.#routers.size < MOST_REPLIES) this.#routers.set(reply.localPort, reply.router);
      });
      if (count < WHOLE_BATCH) break;
    }
  }

  #close(): void {
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.#tap.close();
  }

  /** Ends it; may be called again. */
  finish(): ReadonlyMap<number, string> {
    if (this.#isOpen) this.#read();
    if (this.#isOpen) this.#close();
    return this.#routers;
  }
}

type Tap = Pick<PacketTap, "receive" | "close">;

function openSystemTap(): Tap {
  return new PacketTap("", SNAP_BYTES);
}

export interface TimeExceeded {
  readonly router: string;
  /** Source port of the TCP packet that ended. */
  readonly localPort: number;
}

/** Out of an IP packet, cut or not; undefined for anything else. */
export function readTimeExceeded(packet: Uint8Array): TimeExceeded | undefined {
  const isV6 = packet[0]! >> 4 === 6;
  const headerBytes = isV6 ? V6_HEADER_BYTES : (packet[0]! & 15) * 4;
  if (packet[isV6 ? 6 : 9] !== (isV6 ? ICMP_V6 : ICMP)) return undefined;
  if (packet[headerBytes] !== (isV6 ? ICMP_V6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED)) return undefined;
  const inner = headerBytes + ICMP_HEADER_BYTES;
  const innerBytes = isV6 ? V6_HEADER_BYTES : (packet[inner]! & 15) * 4;
  const portAt = inner + innerBytes;
  if (packet.length < portAt + 2 || packet[inner + (isV6 ? 6 : 9)] !== TCP) return undefined;
  return {
    router: formatAddress(packet, isV6 ? 8 : 12, isV6 ? 16 : 4),
    localPort: (packet[portAt]! << 8) | packet[portAt + 1]!,
  };
}
