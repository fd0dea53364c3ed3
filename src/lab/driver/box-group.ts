/**
 * The boxes of one network at one hop: takes their packets from the kernel, asks the right box, and carries out what it
 * decides. All its state is the boxes' own; kernel marks only spare questions.
 */
import { type Random, seededRandom } from "../../base/random.ts";
import type { ArrivedPacket } from "../../host/kernel/arrival-tap.ts";
import { forgetConnections } from "../../host/kernel/conntrack.ts";
import { libc } from "../../host/kernel/libc.ts";
import type { QueuedPacket } from "../../host/kernel/netfilter-queue.ts";
import { NetfilterQueue, NF_ACCEPT, NF_DROP } from "../../host/kernel/netfilter-queue.ts";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { PacketSender } from "../../host/kernel/packet-sender.ts";
import { PROTOCOL_ICMP } from "../../packet/packet.ts";
import { compileRules } from "../../rules/matcher.ts";
import type { RuleList } from "../../rules/rule.ts";
import { packetClockUs } from "../clock/clocks.ts";
import { DEFAULT_CONFIG } from "../middlebox/config.ts";
import type { Decision } from "../middlebox/decision.ts";
import { DROP, HOLD, PASS_FLOW } from "../middlebox/decision.ts";
import type { Health } from "../middlebox/health.ts";
import { Middlebox } from "../middlebox/middlebox.ts";
import { networkPath } from "../network/build-network.ts";
import { BOX_QUEUE, MARK_OWN, MARK_PASS } from "../network/firewall.ts";
import type { BoxGroupSetup, BoxGroupStatus } from "./box-messages.ts";
import { DelayHistogram } from "./delay-histogram.ts";
import { DeviceFinder } from "./device-finder.ts";
import { DueQueue } from "./due-queue.ts";
import { FragmentPath, isFragment } from "./fragment-path.ts";

/** A whole packet of an Ethernet, with room. */
const COPY_BYTES = 3500;
/** More than the socket's buffer holds: what finds no room is seen there, and counted. */
const MAX_WAITING = 262_144;
const WHOLE_BATCH = 64;
const BATCHES_A_TURN = 16;
const IPV6_ICMP = 58;
/** In a waiting packet's tag: it is kept in #injections. */
const OWN_PACKET = 8;

/** A packet that waits: the box's own, or one that it lets pass on the fragments' way. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly isPassing: boolean;
}

export class BoxGroup {
  readonly #host: string;
  readonly #queue: NetfilterQueue;
  readonly #sender: PacketSender;
  readonly #boxes: Middlebox[];
  readonly #finder: DeviceFinder;
  readonly #outside: number;
  readonly #waiting = new DueQueue();
  readonly #injections = new Map<number, Waiting>();
  readonly #delays = new DelayHistogram();
  #fragments: FragmentPath | undefined;
  #fragmentsUnseen: string | undefined;
  #nextInjection = 0;
  #nowUs = 0;
  #scenarioMs = 0;

  constructor(setup: BoxGroupSetup, random: Random) {
    this.#host = setup.host;
    const config = { ...DEFAULT_CONFIG, ...setup.config };
    this.#boxes = setup.devices.map(({ rules, health }) => {
      // What one device draws shall not depend on the others' traffic.
      const box = new Middlebox(config, compileRules(rules), seededRandom(random.integer(0, 0xffffffff)));
      box.health = health;
      return box;
    });
    this.#finder = new DeviceFinder(setup.others);
    for (const { address, device } of setup.clients) this.#finder.add(address, device);
    [this.#queue, this.#sender, this.#outside] = withinNetwork(networkPath(setup.host), () => [
      new NetfilterQueue({
        number: BOX_QUEUE,
        copyBytes: COPY_BYTES,
        maxPackets: MAX_WAITING,
        failOpen: true,
      }),
      new PacketSender(MARK_OWN),
      libc().if_nametoindex(setup.outsideDevice),
    ]);
  }

  /** From now on fragments come to the boxes as they are, where the machine has what that takes. */
  async takeFragments(): Promise<void> {
    try {
      this.#fragments = await FragmentPath.open(this.#host);
      this.#fragmentsUnseen = undefined;
    } catch (error) {
      this.#fragmentsUnseen = (error as Error).message.trim();
    }
  }

  /** To wait for, before receive(). */
  get fds(): number[] {
    return [this.#queue.fd, ...(this.#fragments?.fds ?? [])];
  }

  /** Packets that the kernel's queue handed over. */
  get received(): number {
    return this.#queue.received;
  }

  get nextDueUs(): number {
    return this.#waiting.nextDueUs;
  }

  /** Handles what waits in the kernel, up to a bound. Returns whether there may be more. */
  receive(scenarioMs: number): boolean {
    this.#scenarioMs = scenarioMs;
    this.#nowUs = packetClockUs();
    const isMore = this.#fragments?.receive(this.#handleFragment) ?? false;
    return this.#receiveQueued() || isMore;
  }

  #receiveQueued(): boolean {
    for (let batch = 0; batch < BATCHES_A_TURN; batch++) {
      this.#nowUs = packetClockUs();
      const received = this.#queue.receive(this.#handle);
      if (received === 0) return false;
      this.#queue.flush();
      this.#delays.add(packetClockUs() - this.#nowUs, received);
      if (received < WHOLE_BATCH) return false;
    }
    return true;
  }

  readonly #handle = ({ id, bytes, start, end, inputDevice }: QueuedPacket): void => {
    const decision = this.#decide(bytes, start, end, inputDevice);
    if (!decision) {
      this.#queue.verdict(id, NF_ACCEPT, MARK_PASS);
      return;
    }
    for (const own of decision.inject) this.#send(own.bytes, false, own.untilUs);
    const mark = decision.flow === PASS_FLOW && !isIcmp(bytes, start) ? MARK_PASS : 0;
    if (decision.verdict === DROP) this.#queue.verdict(id, NF_DROP);
    else if (decision.verdict === HOLD) this.#waiting.add(decision.untilUs, id, mark);
    else this.#queue.verdict(id, NF_ACCEPT, mark, decision.replacement);
  };

  readonly #handleFragment = ({ bytes, start, end, inputDevice }: ArrivedPacket): void => {
    const decision = this.#decide(bytes, start, end, inputDevice);
    if (decision) {
      // Of a whole datagram the box sends its fragments, or, when it drops it, packets of its own.
      for (const { bytes: piece, untilUs } of decision.inject) this.#send(piece, isFragment(piece), untilUs);
      if (decision.verdict === DROP) return;
    }
    const untilUs = decision?.verdict === HOLD ? decision.untilUs : 0;
    this.#send(decision?.replacement ?? new Uint8Array(bytes.subarray(start, end)), true, untilUs);
  };

  /** What the client's box makes of a packet; undefined when no box is in its way. */
  #decide(bytes: Uint8Array, start: number, end: number, inputDevice: number): Decision | undefined {
    const fromInside = inputDevice !== this.#outside;
    const device = this.#finder.find(bytes, start, fromInside);
    if (device < 0) return undefined;
    return this.#boxes[device]!.decide(bytes, start, end, fromInside, this.#nowUs, this.#scenarioMs);
  }

  #send(bytes: Uint8Array, isPassing: boolean, untilUs: number): void {
    if (untilUs <= this.#nowUs) {
      this.#sendNow({ bytes, isPassing });
      return;
    }
    const id = this.#nextInjection++ >>> 0;
    this.#injections.set(id, { bytes, isPassing });
    this.#waiting.add(untilUs, id, OWN_PACKET);
  }

  #sendNow({ bytes, isPassing }: Waiting): void {
    if (isPassing) this.#fragments?.pass(bytes);
    else this.#sender.send(bytes);
  }

  /** Lets go what has waited long enough. */
  release(nowUs: number): void {
    const waiting = this.#waiting;
    while (waiting.nextDueUs <= nowUs) {
      const id = waiting.nextId;
      if (waiting.nextTag === OWN_PACKET) {
        this.#sendNow(this.#injections.get(id)!);
        this.#injections.delete(id);
      } else this.#queue.verdict(id, NF_ACCEPT, waiting.nextTag);
      waiting.removeNext();
    }
    this.#queue.flush();
  }

  /** Flows that the kernel lets pass without asking are asked about again: the new rules may reach them. */
  replaceRules(device: number, rules: RuleList): void {
    this.#boxes[device]!.replaceRules(compileRules(rules));
    this.#forgetMarks();
  }

  setHealth(device: number, health: Health): void {
    this.#boxes[device]!.health = health;
    this.#forgetMarks();
  }

  #forgetMarks(): void {
    withinNetwork(networkPath(this.#host), forgetConnections);
  }

  status(): BoxGroupStatus {
    const fragmentsUnseen = this.#fragmentsUnseen ?? this.#fragments?.ended;
    return {
      queued: this.received,
      bypassed: this.#queue.missed,
      ownDelay: this.#delays.summary(),
      refusedInjections: this.#sender.refused + (this.#fragments?.refused ?? 0),
      ...(fragmentsUnseen === undefined ? {} : { fragmentsUnseen }),
      devices: this.#boxes.map(({ counters }) => ({ ...counters })),
    };
  }
}

/** To connection tracking an ICMP error belongs to the flow that it is about: that flow must not get its mark. */
function isIcmp(bytes: Uint8Array, start: number): boolean {
  return bytes[start]! >> 4 === 6 ? bytes[start + 6] === IPV6_ICMP : bytes[start + 9] === PROTOCOL_ICMP;
}
