/**
 * What each device holds: the bundle that it installed last, the rules that follow from it, and what went wrong since.
 * A device installs what `openBundle` accepts and else keeps what it had.
 */
import type { KeyObject } from "node:crypto";
import type { Rule, RuleList } from "../../rules/rule.ts";
import type { Bundle, SignedBundle } from "./bundle.ts";
import { type Device, type DeviceKind, deviceName } from "./fleet.ts";
import { type Opening, openBundle, type Refusal, rememberingParse } from "./open-bundle.ts";

export interface DeviceRow {
  readonly network: string;
  readonly device: number;
  readonly kind: DeviceKind;
  /** 0: none yet. */
  readonly installedVersion: number;
  /** The authority's latest. */
  readonly currentVersion: number;
  /** Orders that it follows, the newest first; those that have ended by themselves are left out. */
  readonly orders: readonly string[];
  /** The latest version that did not reach it; absent once it has installed another. */
  readonly missed?: number;
  /** The latest refusal; absent once it has installed another. */
  readonly refused?: Refusal;
}

interface DeviceState {
  version: number;
  orders: Bundle["orders"];
  rules: RuleList;
  missed: number | undefined;
  refused: Refusal | undefined;
}

export class DeviceStates {
  readonly #devices: readonly Device[];
  readonly #key: KeyObject;
  readonly #states: readonly DeviceState[];
  readonly #parse = rememberingParse();

  constructor(devices: readonly Device[], publicKey: KeyObject) {
    this.#devices = devices;
    this.#key = publicKey;
    this.#states = devices.map(({ own }) => ({
      version: 0,
      orders: [],
      rules: own,
      missed: undefined,
      refused: undefined,
    }));
  }

  receive(index: number, signed: SignedBundle): Opening {
    const state = this.#states[index]!;
    const opening = openBundle(signed, this.#key, state.version, this.#parse);
    if (!opening.ok) {
      state.refused = opening.refusal;
      return opening;
    }
    const { bundle } = opening;
    const device = this.#devices[index]!;
    state.orders = (bundle.devices.get(deviceName(device)) ?? []).map((order) => bundle.orders[order]!);
    state.rules = rulesFor(device, bundle.version, state.orders);
    state.version = bundle.version;
    state.missed = undefined;
    state.refused = undefined;
    return opening;
  }

  /** False when the device has a newer bundle already, and misses nothing. */
  miss(index: number, version: number): boolean {
    const state = this.#states[index]!;
    if (state.version >= version) return false;
    state.missed = Math.max(version, state.missed ?? 0);
    return true;
  }

  rulesOf(index: number): RuleList {
    return this.#states[index]!.rules;
  }

  ordersOf(index: number, nowMs: number): string[] {
    const { orders } = this.#states[index]!;
    return orders.filter(({ endsMs }) => endsMs === undefined || nowMs < endsMs).map(({ id }) => id);
  }

  table(currentVersion: number, nowMs: number): DeviceRow[] {
    return this.#states.map(({ version, missed, refused }, index) => {
      const { network, number, kind } = this.#devices[index]!;
      return {
        network,
        device: number,
        kind,
        installedVersion: version,
        currentVersion,
        orders: this.ordersOf(index, nowMs),
        ...(missed === undefined ? {} : { missed }),
        ...(refused === undefined ? {} : { refused }),
      };
    });
  }
}

/**
 * Rules of the newest order first, the device's own last: the first that matches holds. An order's rules end with it.
 * Ids are "order/rule", own ones unchanged, so that a rule stays the same rule from bundle to bundle.
 */
function rulesFor(device: Device, version: number, orders: Bundle["orders"]): RuleList {
  const ordered = orders.flatMap(({ id, endsMs, rules: list }) =>
    list.rules.map((rule): Rule => {
      const renamed = { ...rule, id: `${id}/${rule.id}` };
      if (endsMs === undefined) return renamed;
      return { ...renamed, untilMs: Math.min(endsMs, rule.untilMs ?? endsMs) };
    }),
  );
  return { name: `${deviceName(device)} version ${version}`, rules: [...ordered, ...device.own.rules] };
}
