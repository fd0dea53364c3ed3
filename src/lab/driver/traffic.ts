/**
 * The program that sends unwanted traffic inside the laboratory's own namespaces, for floods and full links: UDP packets
 * at given rates from the transit network. They come in bursts, as many senders make them, and end where nobody listens.
 */
import { setImmediate as yieldToEvents } from "node:timers/promises";
import { seededRandom } from "../../base/random.ts";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { PacketSender } from "../../host/kernel/packet-sender.ts";
import { PollSet } from "../../host/kernel/poll-set.ts";
import { emitUdp } from "../../packet/emit-udp.ts";
import { packetClockUs } from "../clock/clocks.ts";
import { networkPath } from "../network/build-network.ts";
import { childPart } from "../parts/child-part.ts";

export interface TrafficSetup {
  readonly host: string;
  readonly seed: number;
}

/** Rate 0 ends the stream. */
export interface TrafficRequest {
  readonly address: string;
  readonly rateBps: number;
}

const PACKET_BYTES = 1400;
const UDP_OVERHEAD_BYTES = 28;
/** Short against the time in which a full link drains one packet, so that there is no room behind each burst. */
const TURN_US = 200;
const TURNS_BETWEEN_EVENTS = 20;
/** Behind by more than this it does not catch up: a burst of it would be no traffic of the kind. */
const LONGEST_DEBT_US = 50_000;
/** RFC 5737: nobody is there, so that answers go nowhere. */
const SOURCE = "198.51.100.7";

childPart<TrafficSetup>(async ({ host, seed }, part) => {
  const random = seededRandom(seed);
  const sender = withinNetwork(networkPath(host), () => new PacketSender());
  const streams = new Map<string, { rateBps: number; packet: Uint8Array; owedUs: number }>();
  part.onRequest = (body) => {
    const { address, rateBps } = body as TrafficRequest;
    if (rateBps === 0) streams.delete(address);
    else streams.set(address, { rateBps, packet: packetTo(address), owedUs: 0 });
    return true;
  };
  part.ready();
  let lastUs = packetClockUs();
  const clock = new PollSet([]);
  for (let turn = 0; !part.stopped; turn++) {
    if (turn % TURNS_BETWEEN_EVENTS === 0) await yieldToEvents();
    clock.wait(TURN_US);
    const nowUs = packetClockUs();
    for (const stream of streams.values()) {
      stream.owedUs = Math.min(LONGEST_DEBT_US, stream.owedUs + (nowUs - lastUs));
      const packetUs = (PACKET_BYTES * 8e6) / stream.rateBps;
      while (stream.owedUs > 0) {
        sender.send(stream.packet);
        // Gaps are exponential: Poisson arrivals.
        stream.owedUs -= random.exponential(packetUs);
      }
    }
    lastUs = nowUs;
  }
});

function packetTo(address: string): Uint8Array {
  return emitUdp(
    { source: SOURCE, destination: address },
    { sourcePort: 9, destinationPort: 9, payload: new Uint8Array(PACKET_BYTES - UDP_OVERHEAD_BYTES) },
  );
}
