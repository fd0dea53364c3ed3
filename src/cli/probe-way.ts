/**
 * How this program gets to places: directly; or, inside a laboratory made of relays, through the client's proxy, which
 * looks names up as well: names stand for addresses then, and what lies below streams is not there.
 */
import { lookup } from "node:dns/promises";
import { isIP, Socket } from "node:net";
import type { Place } from "../probe/pairs/arms.ts";
import { connectThrough, NoWay } from "../probe/transfer/connect-through.ts";

/** Both set by `lab exec`. A proxy outside a laboratory is not heeded: it would be measured in place of the network. */
const LABORATORY_VARIABLE = "BRAKELIGHT_LABORATORY";
const PROXY_VARIABLE = "https_proxy";
const TRIAL_PORT = 443;
/** A network that is silent says nothing of the name. */
const TRIAL_MS = 3000;

/** What is measured there is simulated. */
export function isInLaboratory(environment: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(environment[LABORATORY_VARIABLE]);
}

export function relayOf(environment: NodeJS.ProcessEnv = process.env): Place | undefined {
  const proxy = environment[PROXY_VARIABLE];
  if (!isInLaboratory(environment) || proxy === undefined || !URL.canParse(proxy)) return undefined;
  const { hostname, port } = new URL(proxy);
  return { address: hostname, port: Number(port) };
}

/** In the system's order; none where the look-up fails. */
export async function addressesOf(name: string): Promise<string[]> {
  if (isIP(name)) return [name];
  const relay = relayOf();
  if (relay) return (await isKnown(name, relay)) ? [name] : [];
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

/** Whether a laboratory's proxy finds the name; that it does not reach it is another matter. */
async function isKnown(name: string, relay: Place): Promise<boolean> {
  const socket = new Socket();
  const timer = setTimeout(() => socket.destroy(), TRIAL_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve).on("error", reject);
      socket.connect({ host: relay.address, port: relay.port });
    });
    await connectThrough(socket, { address: name, port: TRIAL_PORT });
    return true;
  } catch (error) {
    return !(error instanceof NoWay && error.failure.startsWith("dns_"));
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
