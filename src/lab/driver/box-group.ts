/**
 * The boxes of one network at one hop: takes their packets from the kernel, asks the right box, and carries out what it
 * decides. All its state is the boxes' own; kernel marks only spare questions.
 */
import type { Random } from "../../base/random.ts";
import { forgetConnections } from "../../host/kernel/conntrack.ts";
import { libc } from "../../host/kernel/libc.ts";
import type { QueuedPacket } from "../../host/kernel/netfilter-queue.ts";
import { NetfilterQueue, NF_ACCEPT, NF_DROP } from "../../host/kernel/netfilter-queue.ts";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { PacketSender } from "../../host/kernel/packet-sender.ts";
import { compileRules } from "../../rules/matcher.ts";
import type { RuleList } from "../../rules/rule.ts";
import { packetClockUs } from "../clock/clocks.ts";
import { DEFAULT_CONFIG } from "../middlebox/config.ts";
import type { Decision } from "../middlebox/decision.ts";
import { DROP, DROP_FLOW, HOLD, PASS_FLOW } from "../middlebox/decision.ts";
import type { Health } from "../middlebox/health.ts";
import { Middlebox } from "../middlebox/middlebox.ts";
import { networkPath } from "../network/build-network.ts";
import { BOX_QUEUE, MARK_DROP, MARK_OWN, MARK_PASS } from "../network/firewall.ts";
import type { BoxGroupSetup, BoxGroupStatus } from "./box-messages.ts";
import { DelayHistogram } from "./delay-histogram.ts";
import { DeviceFinder } from "./device-finder.ts";
import { DueQueue } from "./due-queue.ts";

/** A whole packet of an Ethernet, with room. */
const COPY_BYTES = 3500;
const MAX_WAITING = 65_536;
const WHOLE_BATCH = 64;
const BATCHES_A_TURN = 16;
/** In a waiting packet's tag: this is one of the box's own, kept in #injections. */
const OWN_PACKET = 8;

export class BoxGroup {
  readonly fd: number;
  readonly #host: string;
  readonly #queue: NetfilterQueue;
  readonly #sender: PacketSender;
  readonly #boxes: Middlebox[];
  readonly #finder: DeviceFinder;
  readonly #outside: number;
  readonly #waiting = new DueQueue();
  readonly #injections = new Map<number, Uint8Array>();
  readonly #delays = new DelayHistogram();
  #nextInjection = 0;
  #nowUs = 0;
  #scenarioMs = 0;

  constructor(setup: BoxGroupSetup, random: Random) {
    this.#host = setup.host;
    const config = { ...DEFAULT_CONFIG, ...setup.config };
    this.#boxes = setup.devices.map(({ rules, health }) => {
      const box = new Middlebox(config, compileRules(rules), random);
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
    this.fd = this.#queue.fd;
  }

  get nextDueUs(): number {
    return this.#waiting.nextDueUs;
  }

  /** Handles what waits in the kernel, up to a bound. Returns whether there may be more. */
  receive(scenarioMs: number): boolean {
    this.#scenarioMs = scenarioMs;
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

  readonly #handle = (packet: QueuedPacket): void => {
    const fromInside = packet.inputDevice !== this.#outside;
    const device = this.#finder.find(packet.bytes, packet.start, fromInside);
    if (device < 0) {
      this.#queue.verdict(packet.id, NF_ACCEPT, MARK_PASS);
      return;
    }
    const box = this.#boxes[device]!;
    const decision = box.decide(
      packet.bytes,
      packet.start,
      packet.end,
      fromInside,
      this.#nowUs,
      this.#scenarioMs,
    );
    this.#carryOut(packet.id, decision);
  };

  #carryOut(id: number, decision: Decision): void {
    for (const { bytes, untilUs } of decision.inject) this.#inject(bytes, untilUs);
    const mark = decision.flow === PASS_FLOW ? MARK_PASS : decision.flow === DROP_FLOW ? MARK_DROP : 0;
    if (decision.verdict === DROP) this.#queue.verdict(id, NF_DROP);
    else if (decision.verdict === HOLD) this.#waiting.add(decision.untilUs, id, mark);
    else this.#queue.verdict(id, NF_ACCEPT, mark, decision.replacement);
  }

  #inject(bytes: Uint8Array, untilUs: number): void {
    if (untilUs <= this.#nowUs) {
      this.#sender.send(bytes);
      return;
    }
    const id = this.#nextInjection++ >>> 0;
    this.#injections.set(id, bytes);
    this.#waiting.add(untilUs, id, OWN_PACKET);
  }

  /** Lets go what has waited long enough. */
  release(nowUs: number): void {
    const waiting = this.#waiting;
    while (waiting.nextDueUs <= nowUs) {
      const id = waiting.nextId;
      if (waiting.nextTag === OWN_PACKET) {
        this.#sender.send(this.#injections.get(id)!);
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
    return {
      queued: this.#queue.lastId,
      ownDelay: this.#delays.summary(),
      refusedInjections: this.#sender.refused,
      devices: this.#boxes.map(({ counters }) => ({ ...counters })),
    };
  }
}
