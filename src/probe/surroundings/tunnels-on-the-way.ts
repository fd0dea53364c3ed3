/**
 * Tunnels that carry just some addresses: the kernel is asked for its way to each place that is to be measured. Sends nothing.
 * Addresses are left out of what is said: a control server may be the user's own.
 */
import { isIP } from "node:net";
import type { Finding } from "./finding.ts";
import { type MachineEffects, machineEffects } from "./read-machine.ts";
import { interfaceOf, tunnelLikeness } from "./vpn.ts";

export interface Destination {
  /** "the target" */
  readonly who: string;
  readonly address: string;
}

/** One finding an interface. What the kernel has no way to, or no address of its own for, says nothing. */
export async function tunnelsOnTheWay(
  destinations: readonly Destination[],
  effects: Pick<MachineEffects, "sourceAddresses" | "interfaces"> = machineEffects,
): Promise<Finding[]> {
  const interfaces = effects.interfaces();
  const ways = await Promise.all(
    destinations
      .filter(({ address }) => isIP(address) !== 0)
      .map(async ({ who, address }) => {
        const [source] = await effects.sourceAddresses([address]);
        return { who, name: source === undefined ? undefined : interfaceOf(source, interfaces) };
      }),
  );
  const found = new Map<string, Finding>();
  for (const { who, name } of ways) {
    const likeness = name === undefined ? undefined : tunnelLikeness(name);
    if (name === undefined || likeness === undefined || found.has(name)) continue;
    const what = `The route to ${who} leads through ${name}, which looks like a VPN`;
    found.set(name, { kind: "vpn", what, certain: likeness === "surely", name });
  }
  return [...found.values()];
}
