/**
 * A look-up at the laboratory's name server without packets: the time and the failures that a stub resolver would have
 * over UDP. Boxes on the way that look for names in questions, drop by address or do not work make it fail as they
 * would. IPv4 only: nothing has another address here.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { NameServerCondition } from "../sites/name-server.ts";
import { bareName } from "../sites/site-catalogue.ts";
import type { SiteAddresses } from "../topology/topology.ts";
import type { LookUp } from "../visit/look-up.ts";
import { flowPacket, type RelayBox } from "./relay-box.ts";

const DNS_PORT = 53;
/** As visit/look-up.ts asks again, and gives up. */
const TRY_AGAIN_MS = 2000;
const TIMEOUT_MS = 8000;
/** Kinds that a packet without TCP below it does not survive. */
const DROPPING = new Set(["drop", "reset", "page", "cut-response"]);

export interface NameServing {
  readonly condition: NameServerCondition;
  readonly address: string;
  readonly sites: ReadonlyMap<string, SiteAddresses>;
}

export interface Asking {
  readonly name: string;
  readonly version: 4 | 6;
  readonly timeoutMs: number;
  /** Of the client. */
  readonly address: string;
  readonly roundTripMs: number;
  /** On the way to the name server. */
  readonly boxes: readonly RelayBox[];
}

export async function lookUpName(asking: Asking, server: NameServing): Promise<LookUp> {
  const timeoutMs = Math.min(TIMEOUT_MS, asking.timeoutMs);
  const isSilent = server.condition === "silent";
  const delayMs = isSilent ? undefined : delayAtBoxes(asking, server.address);
  if (delayMs === undefined || delayMs + asking.roundTripMs > timeoutMs) {
    await sleep(timeoutMs);
    return { kind: "failure", failure: "generic_timeout_error" };
  }
  await sleep(delayMs + asking.roundTripMs);
  if (server.condition === "servfail") return { kind: "failure", failure: "dns_servfail_error" };
  const known = server.sites.get(bareName(asking.name));
  if (!known) return { kind: "failure", failure: "dns_nxdomain_error" };
  if (asking.version === 6) return { kind: "failure", failure: "dns_no_answer" };
  return { kind: "addresses", addresses: [known.v4] };
}

/** How much later the question arrives, or undefined when it does not. */
function delayAtBoxes({ name, address, boxes }: Asking, server: string): number | undefined {
  let delayMs = 0;
  for (const box of boxes) {
    const { health } = box;
    if (health.kind === "fail-closed") return undefined;
    if (health.kind === "fail-open") continue;
    if (health.kind === "malfunction" && box.random.next() < health.share) return undefined;
    if (health.kind === "overloaded") {
      // Question and answer both have to get through.
      const lossShare = 1 - (1 - health.dropShare) ** 2;
      while (box.random.next() < lossShare && delayMs < TIMEOUT_MS) delayMs += TRY_AGAIN_MS;
      delayMs += 2 * health.delayMs;
    }
    if (isDropped(box, address, server, name)) return undefined;
  }
  return delayMs;
}

function isDropped(box: RelayBox, client: string, server: string, name: string): boolean {
  const { rules } = box;
  const packet = flowPacket(client, server, DNS_PORT);
  const bytes = Buffer.from(name, "latin1");
  const matched = rules.match("dns", bytes, 0, bytes.length, packet, true, box.scenarioMs());
  const rule = rules.matcher.rules[matched];
  return rule !== undefined && DROPPING.has(rule.action.kind);
}
