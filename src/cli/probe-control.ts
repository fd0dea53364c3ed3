/**
 * Whether a control server is the target itself: both names would meet the one machine that is suspected, and nothing would be
 * left to compare with. Pure. Another port of the same address may well be a control server of ours.
 */
import type { Place } from "../probe/pairs/arms.ts";
import type { ProbeTarget } from "../probe/probe-target.ts";

/** One line for people, or undefined where the control is another place. `addresses`: of the target. */
export function refuseOwnControl(
  { name, port }: Pick<ProbeTarget, "name" | "port">,
  addresses: readonly string[],
  controls: readonly Place[],
): string | undefined {
  const own = controls.find((control) => control.port === port && addresses.includes(control.address));
  if (!own) return undefined;
  return (
    `--control: ${own.address} is ${name} itself, and no control for it: ` +
    "give a server elsewhere (brakelight control-server), or leave --control out"
  );
}
