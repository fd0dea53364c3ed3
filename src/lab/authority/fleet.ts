/**
 * All devices of a scenario's boxes, and which of them an order covers. Each device has a place in a seeded line of its
 * access kind; an order for a share of a kind covers the front of that line, so that two orders of one share cover the
 * same devices and a larger share covers more. The count is exact: the share of the devices, rounded.
 */
import { seededRandom } from "../../base/random.ts";
import type { RuleList } from "../../rules/rule.ts";
import { NETWORK_KINDS, type NetworkKind, type Scenario } from "../scenario/scenario.ts";
import type { OrderTemplate } from "../scenario/story.ts";

/** "hosting": at the border of a hosting network; only orders that name that network cover it. */
export const DEVICE_KINDS = [...NETWORK_KINDS, "hosting"] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export interface Device {
  readonly network: string;
  /** From 0 in its network. */
  readonly number: number;
  readonly kind: DeviceKind;
  /** What it follows without any order. */
  readonly own: RuleList;
}

export type Scope = Pick<OrderTemplate, "share" | "networks">;

/** In bundles and tables: "network/number". */
export function deviceName({ network, number }: Pick<Device, "network" | "number">): string {
  return `${network}/${number}`;
}

export class Fleet {
  /** In the scenario's order; elsewhere a device is its index here. */
  readonly devices: readonly Device[];
  readonly #indexes: ReadonlyMap<string, number>;
  /** All indexes, each kind in its line. */
  readonly #line: readonly number[];

  constructor(scenario: Pick<Scenario, "networks" | "hosting" | "rules">, seed: number) {
    const places = [
      ...scenario.networks,
      ...scenario.hosting.map((hosting) => ({ ...hosting, kind: "hosting" as const })),
    ];
    this.devices = places.flatMap(({ name: network, kind, box }) => {
      const own = (box?.rules !== undefined && scenario.rules[box.rules]) || { name: "own", rules: [] };
      return Array.from({ length: box?.devices ?? 0 }, (_, number) => ({ network, number, kind, own }));
    });
    this.#indexes = new Map(this.devices.map((device, index) => [deviceName(device), index]));
    this.#line = seededRandom(seed).shuffle([...this.devices.keys()]);
  }

  indexOf(network: string, number: number): number | undefined {
    return this.#indexes.get(deviceName({ network, number }));
  }

  /** Whether the network has devices. */
  has(network: string): boolean {
    return this.#indexes.has(deviceName({ network, number: 0 }));
  }

  /** Indexes of the devices that an order of this scope covers, in their line. */
  covered(scope: Scope): number[] {
    return this.front(this.#line, scope, false);
  }

  /**
   * Of `line` the devices within the scope. A lift counts from the end, so that those covered first are freed last;
   * for a lift, no share at all means everything.
   */
  front(line: readonly number[], { share, networks }: Scope, isLift: boolean): number[] {
    const isWhole = isLift && Object.keys(share).length === 0;
    const within = new Map<DeviceKind, number[]>(DEVICE_KINDS.map((kind) => [kind, []]));
    for (const index of line) {
      const { kind, network } = this.devices[index]!;
      if (networks ? networks.includes(network) : kind !== "hosting" || isWhole)
        within.get(kind)!.push(index);
    }
    return DEVICE_KINDS.flatMap((kind) => {
      const found = within.get(kind)!;
      const count = Math.round(found.length * (isWhole ? 1 : shareOf(share, kind)));
      return isLift ? found.slice(found.length - count) : found.slice(0, count);
    });
  }
}

function shareOf(share: Scope["share"], kind: DeviceKind): number {
  if (kind === "hosting") return 1;
  return Math.min(1, Math.max(0, share[kind as NetworkKind] ?? 0));
}
