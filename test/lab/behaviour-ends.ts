/**
 * Both ends of every row: raw packets out of the hosts' namespaces, and copies of what comes in there, given to whom the
 * client's address belongs to. One loop drains all hosts.
 */
import { setImmediate as yieldToEvents } from "node:timers/promises";
import { ArrivalTap, type ArrivedPacket } from "../../src/host/kernel/arrival-tap.ts";
import { withinNetwork } from "../../src/host/kernel/network-namespace.ts";
import { PacketSender } from "../../src/host/kernel/packet-sender.ts";
import { PollSet } from "../../src/host/kernel/poll-set.ts";
import { networkPath } from "../../src/lab/network/build-network.ts";
import { decodeNetwork } from "../../src/packet/decode.ts";
import { addressBytes } from "../../src/packet/emit-ip.ts";
import { Packet } from "../../src/packet/packet.ts";
import type { End } from "../middlebox/behaviour.ts";

/** Gets each packet that arrived at its client's end or came from there; the object is filled anew for the next. */
export type OnArrival = (to: End, packet: Packet) => void;

const LONGEST_WAIT_US = 1000;
const WHOLE_BATCH = 64;

interface EndHost {
  readonly end: End;
  readonly sender: PacketSender;
  readonly taps: readonly ArrivalTap[];
}

export class Ends {
  readonly #hosts = new Map<string, EndHost>();
  readonly #listeners = new Map<string, OnArrival>();
  readonly #packet = new Packet();
  #stopped = false;

  constructor(hosts: readonly { readonly name: string; readonly end: End }[]) {
    for (const { name, end } of hosts) {
      const host = withinNetwork(networkPath(name), () => ({
        end,
        sender: new PacketSender(),
        taps: ([4, 6] as const).map((ipVersion) => new ArrivalTap({ ipVersion })),
      }));
      this.#hosts.set(name, host);
    }
  }

  /** Everything between this client's address and anybody, routers that answer it included. */
  listen(client: string, onArrival: OnArrival): void {
    this.#listeners.set(keyOf(addressBytes(client)), onArrival);
  }

  send(host: string, packet: Uint8Array): void {
    this.#hosts.get(host)!.sender.send(packet);
  }

  /** What the kernels of the ends did not take. */
  get refused(): number {
    return [...this.#hosts.values()].reduce((sum, { sender }) => sum + sender.refused, 0);
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const sources = [...this.#hosts.values()].flatMap(({ end, taps }) => taps.map((tap) => ({ end, tap })));
    const poll = new PollSet(sources.map(({ tap }) => tap.fd));
    const handles = {
      client: (packet: ArrivedPacket) => this.#arrived("client", packet),
      server: (packet: ArrivedPacket) => this.#arrived("server", packet),
    };
    while (!this.#stopped) {
      if (poll.wait(LONGEST_WAIT_US) > 0) {
        sources.forEach(({ end, tap }, index) => {
          if (poll.isReadable(index)) while (tap.receive(handles[end]) === WHOLE_BATCH);
        });
      }
      await yieldToEvents();
    }
  }

  #arrived(to: End, { bytes, start, end }: ArrivedPacket): void {
    const packet = this.#packet;
    packet.bytes = bytes;
    packet.start = start;
    packet.end = end;
    if (!decodeNetwork(packet, start, end - start)) return;
    const size = packet.ipVersion === 6 ? 16 : 4;
    const at = packet.addressOffset + (to === "client" ? size : 0);
    this.#listeners.get(keyOf(bytes.subarray(at, at + size)))?.(to, packet);
  }
}

function keyOf(address: Uint8Array): string {
  return address.join(".");
}
