/**
 * The way of IP fragments through a box's host. Connection tracking would put them together before NFQUEUE sees them,
 * so a rule before it (nft, priority -450; defragmentation has -400) drops the kernel's copy, and the box is asked with
 * another one from a packet socket. What it lets pass comes in again by a pair of devices of this host's own, past
 * connection tracking, and is forwarded like any packet: hop limit, ICMP errors, route.
 * The rules belong to a running nft(8): when the driver ends, however it ends, the kernel treats fragments itself again.
 * Bounds: IPv6 fragments behind other extension headers stay with the kernel, which puts them together; delay and loss of
 * a link that ends in this host do not reach fragments, for the link emulator is asked after these rules.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import {
  ArrivalTap,
  type ArrivedPacket,
  IPV4_FRAGMENT_BITS,
  IPV6_FRAGMENT_HEADER,
} from "../../host/kernel/arrival-tap.ts";
import { libc } from "../../host/kernel/libc.ts";
import { LinkSender } from "../../host/kernel/link-sender.ts";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { networkPath } from "../network/build-network.ts";
import { FRAGMENT_DEVICE, FRAGMENT_TABLE, fragmentRules } from "../network/firewall.ts";

const ENTRY = "to-fragments";
/** Locally administered (IEEE 802); the same in every host, for nobody else is on this link. */
const HARDWARE = "02:00:00:00:00:01";
const RULES_TIMEOUT_MS = 3000;
const LOOK_EVERY_MS = 10;
const WHOLE_BATCH = 64;
const BATCHES_A_TURN = 4;

const run = promisify(execFile);

export class FragmentPath {
  readonly #taps: readonly ArrivalTap[];
  readonly #sender: LinkSender;
  readonly #nft: ChildProcess;

  private constructor(taps: readonly ArrivalTap[], sender: LinkSender, nft: ChildProcess) {
    this.#taps = taps;
    this.#sender = sender;
    this.#nft = nft;
  }

  /** Why it is no longer in force: then the kernel lets fragments pass itself, and the box must not do so too. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.#nft;
    return exitCode === null && signalCode === null ? undefined : "nft: it has ended";
  }

  /** Rejects with the reason where the machine lacks a part of it: nothing is left behind then. */
  static async open(host: string): Promise<FragmentPath> {
    const [taps, sender] = withinNetwork(networkPath(host), () => {
      makeDevices();
      const exceptDevice = libc().if_nametoindex(FRAGMENT_DEVICE);
      const hardware = Uint8Array.from(HARDWARE.split(":"), (byte) => Number.parseInt(byte, 16));
      const out = new LinkSender(libc().if_nametoindex(ENTRY), hardware);
      const options = { onlyFragments: true, exceptDevice };
      return [([4, 6] as const).map((ipVersion) => new ArrivalTap({ ipVersion, ...options })), out];
    });
    try {
      const path = new FragmentPath(taps, sender, await holdRules(host));
      // What came before the rules has passed by itself.
      path.receive(ignore);
      return path;
    } catch (error) {
      for (const socket of [...taps, sender]) socket.close();
      throw error;
    }
  }

  /** To wait for. */
  get fds(): number[] {
    return this.#taps.map(({ fd }) => fd);
  }

  get refused(): number {
    return this.#sender.refused;
  }

  /** Hands over the fragments that wait, up to a bound. Returns whether there may be more. */
  receive(handle: (packet: ArrivedPacket) => void): boolean {
    const take = this.ended === undefined ? handle : ignore;
    let isMore = false;
    for (const tap of this.#taps) {
      let received = WHOLE_BATCH;
      for (let batch = 0; batch < BATCHES_A_TURN && received === WHOLE_BATCH; batch++) {
        received = tap.receive(take);
      }
      isMore ||= received === WHOLE_BATCH;
    }
    return isMore;
  }

  /** Lets a packet that was received here go on to where it is sent. */
  pass(packet: Uint8Array): void {
    this.#sender.send(packet);
  }

  close(): void {
    this.#nft.kill();
    for (const socket of [...this.#taps, this.#sender]) socket.close();
  }
}

function ignore(): void {}

/** What the rules and the taps take for one. */
export function isFragment(packet: Uint8Array): boolean {
  if (packet[0]! >> 4 === 6) return packet[6] === IPV6_FRAGMENT_HEADER;
  return (((packet[6]! << 8) | packet[7]!) & IPV4_FRAGMENT_BITS) !== 0;
}

function makeDevices(): void {
  if (libc().if_nametoindex(FRAGMENT_DEVICE) > 0) return;
  const lines = [
    `link add name ${ENTRY} type veth peer name ${FRAGMENT_DEVICE} address ${HARDWARE}`,
    // No addresses: nothing of the kernel's own shall travel here.
    `link set dev ${ENTRY} addrgenmode none arp off up`,
    `link set dev ${FRAGMENT_DEVICE} addrgenmode none arp off up`,
  ];
  execFileSync("ip", ["-batch", "-"], { input: `${lines.join("\n")}\n`, stdio: ["pipe", "ignore", "pipe"] });
}

/** An nft(8) that has the rules; they last as long as it does. */
async function holdRules(host: string): Promise<ChildProcess> {
  const inside = ["netns", "exec", host, "nft"];
  // Detached: a terminal's Ctrl-C is not for it.
  const nft = spawn("ip", [...inside, "-i"], { stdio: ["pipe", "ignore", "pipe"], detached: true });
  let words = "";
  nft.stderr.on("data", (text: Buffer) => {
    words += text;
  });
  nft.stdin.on("error", () => {});
  const ended = once(nft, "exit").catch((error: Error) => {
    words += error.message;
  });
  nft.stdin.write(fragmentRules().join("\n").concat("\n"));
  const deadline = performance.now() + RULES_TIMEOUT_MS;
  while (words === "" && performance.now() < deadline) {
    await Promise.race([ended, sleep(LOOK_EVERY_MS)]);
    if (nft.exitCode !== null) break;
    if ((await rulesIn(inside)) === fragmentRules().length - 2) return nft;
  }
  nft.kill();
  throw new Error(`nft: ${words.trim().split("\n")[0] || "it does not take the rules for fragments"}`);
}

/** How many rules the table has now. */
async function rulesIn(inside: readonly string[]): Promise<number> {
  try {
    const { stdout } = await run("ip", [...inside, "list", "table", "inet", FRAGMENT_TABLE]);
    return stdout.split("\n").filter((line) => /\b(accept|drop)$/.test(line)).length;
  } catch {
    return 0;
  }
}
