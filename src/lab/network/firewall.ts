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
  /** Packets wait as they leave by the device, not as they come in: an end's capture shall see them when they arrive. */
  readonly isLeaving: boolean;
  readonly quality: Link["aToB"];
}

/** Queues are numbered per host, in the order of the topology's links. */
export function linkQueues(topology: Topology): LinkQueue[] {
  const used = new Map<string, number>();
  const queues: LinkQueue[] = [];
  const clients = new Set(topology.hosts.filter(({ role }) => role === "client").map(({ name }) => name));
  const add = (from: Interface, to: Interface, quality: Link["aToB"]): void => {
    if (!isEmulated(quality)) return;
    const isLeaving = clients.has(to.host);
    const { host, device } = isLeaving ? from : to;
    const number = used.get(host) ?? 0;
    used.set(host, number + 1);
    queues.push({ host, device, queue: FIRST_LINK_QUEUE + number, isLeaving, quality });
  };
  for (const { a, b, aToB, bToA } of topology.links) {
    add(a, b, aToB);
    add(b, a, bToA);
  }
  return queues;
}

/** The whole rule set of each host that needs one, by host. The same text serves IPv4 and IPv6. */
export function firewallRules(boxes: readonly BoxSite[], queues: readonly LinkQueue[]): Map<string, string> {
  const hosts = new Set([...queues, ...boxes].map(({ host }) => host));
  const texts = new Map<string, string>();
  for (const name of hosts) {
    const own = queues.filter(({ host }) => host === name);
    const isBox = boxes.some(({ host }) => host === name);
    const target = (queue: number): string => `-j NFQUEUE --queue-num ${queue} --queue-bypass`;
    const raw = own.flatMap(({ device, queue, isLeaving }) =>
      isLeaving ? [] : [`-A PREROUTING -i ${device} ${target(queue)}`],
    );
    const mangle = own.flatMap(({ device, queue, isLeaving }) =>
      isLeaving ? [`-A POSTROUTING -o ${device} ${target(queue)}`] : [],
    );
    const tables = {
      raw,
      mangle: [...(isBox ? BOX_MANGLE_RULES : []), ...mangle],
      filter: isBox ? [BOX_FORWARD_RULE.trimEnd()] : [],
    };
    const lines = Object.entries(tables).flatMap(([table, rules]) =>
      rules.length > 0 ? [`*${table}`, ...rules, "COMMIT"] : [],
    );
    texts.set(name, `${lines.join("\n")}\n`);
  }
  return texts;
}

/** Keeps what the box decided of a flow; of the filter table. */
export const BOX_FORWARD_RULE = `-A FORWARD -m mark ! --mark 0/${MARK_MASK} -j CONNMARK --save-mark --mask ${MARK_MASK}\n`;

const BOX_MANGLE_RULES = [
  `-A PREROUTING -i ${FRAGMENT_DEVICE} -j RETURN`,
  // What may be a new connection is asked about, whatever became of the last one of the same ports.
  `-A PREROUTING -p tcp --syn -j CONNMARK --set-xmark 0/${MARK_MASK}`,
  `-A PREROUTING -m connmark --mark ${MARK_PASS}/${MARK_MASK} -j RETURN`,
  `-A PREROUTING -j NFQUEUE --queue-num ${BOX_QUEUE} --queue-bypass`,
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
