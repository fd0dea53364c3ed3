/**
 * The firewall rules that lead packets to the laboratory's programs, as iptables-restore reads them. Pure text.
 *
 * A box's host: a flow that the box lets pass for good carries a mark (connmark) and stays in the kernel; every other
 * packet is queued before its TTL is counted down, so that the box acts on packets that reach its hop and no further.
 * Fragments go another way (driver/fragment-path.ts), for connection tracking would put them together.
 * A link that delays or loses: packets are queued as they come in, and given back when their time has come.
 */
import type { BoxSite, Interface, Link, Topology } from "../topology/topology.ts";
import { isEmulated } from "./link-plan.ts";

/** Mark of flows that the box lets pass, and the bits it takes. Dropped ones are asked about: boxes forget them. */
export const MARK_PASS = 1;
export const MARK_MASK = 1;
/** Of packets that the box made: they are not asked about again. */
export const MARK_OWN = 4;

export const BOX_QUEUE = 10;
export const FIRST_LINK_QUEUE = 20;

/** By this device of a box's host come the fragments that its box lets pass: they have been asked about. */
export const FRAGMENT_DEVICE = "fragments";
export const FRAGMENT_TABLE = "brakelight_fragments";

/** A queue of one host into which packets of one link's direction go. */
export interface LinkQueue {
  readonly host: string;
  readonly device: string;
  readonly queue: number;
  readonly quality: Link["aToB"];
}

/** Queues are numbered per host, in the order of the topology's links. */
export function linkQueues(topology: Topology): LinkQueue[] {
  const used = new Map<string, number>();
  const queues: LinkQueue[] = [];
  const add = (end: Interface, quality: Link["aToB"]): void => {
    if (!isEmulated(quality)) return;
    const number = used.get(end.host) ?? 0;
    used.set(end.host, number + 1);
    queues.push({ host: end.host, device: end.device, queue: FIRST_LINK_QUEUE + number, quality });
  };
  for (const link of topology.links) {
    add(link.b, link.aToB);
    add(link.a, link.bToA);
  }
  return queues;
}

/** The whole rule set of each host that needs one, by host. The same text serves IPv4 and IPv6. */
export function firewallRules(boxes: readonly BoxSite[], queues: readonly LinkQueue[]): Map<string, string> {
  const raw = new Map<string, string[]>();
  for (const { host, device, queue } of queues) {
    const rules = raw.get(host) ?? [];
    rules.push(`-A PREROUTING -i ${device} -j NFQUEUE --queue-num ${queue} --queue-bypass`);
    raw.set(host, rules);
  }
  const hosts = new Set([...raw.keys(), ...boxes.map(({ host }) => host)]);
  const texts = new Map<string, string>();
  for (const host of hosts) {
    const lines = ["*raw", ...(raw.get(host) ?? []), "COMMIT"];
    if (boxes.some((box) => box.host === host)) lines.push(...BOX_RULES);
    texts.set(host, `${lines.join("\n")}\n`);
  }
  return texts;
}

/** Keeps what the box decided of a flow; of the filter table. */
export const BOX_FORWARD_RULE = `-A FORWARD -m mark ! --mark 0/${MARK_MASK} -j CONNMARK --save-mark --mask ${MARK_MASK}\n`;

const BOX_RULES = [
  "*mangle",
  `-A PREROUTING -i ${FRAGMENT_DEVICE} -j RETURN`,
  // What may be a new connection is asked about, whatever became of the last one of the same ports.
  `-A PREROUTING -p tcp --syn -j CONNMARK --set-xmark 0/${MARK_MASK}`,
  `-A PREROUTING -m connmark --mark ${MARK_PASS}/${MARK_MASK} -j RETURN`,
  `-A PREROUTING -j NFQUEUE --queue-num ${BOX_QUEUE} --queue-bypass`,
  "COMMIT",
  "*filter",
  BOX_FORWARD_RULE.trimEnd(),
  "COMMIT",
];

/** As nft(8) reads them, a command a line: table and chain first. Connection tracking puts fragments together at -400. */
export function fragmentRules(): string[] {
  const rule = `add rule inet ${FRAGMENT_TABLE} before_tracking`;
  return [
    // Goes away with the process that added it.
    `add table inet ${FRAGMENT_TABLE} { flags owner; }`,
    `add chain inet ${FRAGMENT_TABLE} before_tracking { type filter hook prerouting priority -450; }`,
    `${rule} iifname "${FRAGMENT_DEVICE}" notrack accept`,
    `${rule} ip frag-off & 0x3fff != 0 drop`,
    `${rule} ip6 nexthdr 44 drop`,
  ];
}
