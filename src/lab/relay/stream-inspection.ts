/**
 * Looking for a name in the streams of a flow, and when to stop: the same triggers and the same window as packets have
 * (middlebox/inspection.ts), with pieces in the place of packets. Where one write of a sender ended is all that a stream
 * tells of its segments: a hello in several of them is put together here, whatever the box.
 * Bounds: MAX_HELD_BYTES a direction.
 */
import { Packet } from "../../packet/packet.ts";
import type { NameProtocol } from "../../rules/rule.ts";
import { keepsLooking } from "../middlebox/first-payload.ts";
import type { FoundName } from "../middlebox/found-name.ts";
import { findNameInStream, isUnfinished } from "../middlebox/payload-trigger.ts";

/** A hello is far shorter. */
const MAX_HELD_BYTES = 16_384;
const NOTHING = new Uint8Array(0);

interface Side {
  held: Uint8Array;
  seen: number;
}

export class StreamInspection {
  isLooking = true;
  readonly #window: number;
  readonly #ports = new Packet();
  readonly #up: Side = { held: NOTHING, seen: 0 };
  readonly #down: Side = { held: NOTHING, seen: 0 };
  #isBegun = false;

  /** `window`: pieces of a sender that are looked at after the first. */
  constructor(window: number, port: number) {
    this.#window = window;
    this.#ports.destinationPort = port;
  }

  /** Whether a name is whole with these bytes; it is put into `found`. `up`: sent by the inside end. */
  look(bytes: Uint8Array, up: boolean, wanted: ReadonlySet<NameProtocol>, found: FoundName): boolean {
    const side = up ? this.#up : this.#down;
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    side.held = side.held.length === 0 ? bytes : Buffer.concat([side.held, bytes]);
    const { held } = side;
    if (findNameInStream(held, 0, held.length, this.#ports, up, wanted, found)) {
      this.#count(side);
      return true;
    }
    if (held.length < MAX_HELD_BYTES && isUnfinished(held, 0, held.length)) return false;
    if (isFirst && !keepsLooking(bytes, 0, bytes.length)) this.isLooking = false;
    this.#count(side);
    return false;
  }

  #count(side: Side): void {
    side.held = NOTHING;
    side.seen++;
    if (side.seen > this.#window) this.isLooking = false;
  }
}
