/**
 * Where orders are given and carried out: each change of the order book becomes a signed bundle, each bundle is rolled
 * out to every device. All changes of one millisecond share a bundle.
 */
import type { KeyObject } from "node:crypto";
import type { Scenario } from "../scenario/scenario.ts";
import type { Agenda } from "./agenda.ts";
import { deriveKey, digestOf, publicKeyOf, type SignedBundle, signBundle } from "./bundle.ts";
import { type DeviceRow, DeviceStates } from "./device-states.ts";
import type { AuthorityEvent } from "./events.ts";
import type { Fleet } from "./fleet.ts";
import type { LiftOrder, Order } from "./order.ts";
import { type LiftedOrder, OrderBook } from "./order-book.ts";
import { planRollOut } from "./roll-out.ts";

/** Behind everything else of the same millisecond. */
const SEAL_RANK = 1;

export class OrderDesk {
  readonly book: OrderBook;
  readonly #fleet: Fleet;
  readonly #states: DeviceStates;
  readonly #key: KeyObject;
  readonly #rollOut: Scenario["story"]["rollOut"];
  readonly #seed: number;
  readonly #agenda: Agenda;
  readonly #emit: (event: AuthorityEvent) => void;
  #version = 0;
  #latest: SignedBundle | undefined;
  #isSealing = false;

  constructor(
    scenario: Scenario,
    fleet: Fleet,
    seed: number,
    agenda: Agenda,
    emit: (event: AuthorityEvent) => void,
  ) {
    this.book = new OrderBook(fleet);
    this.#fleet = fleet;
    this.#key = deriveKey(scenario.seed);
    this.#states = new DeviceStates(fleet.devices, publicKeyOf(this.#key));
    this.#rollOut = scenario.story.rollOut;
    this.#seed = seed;
    this.#agenda = agenda;
    this.#emit = emit;
  }

  /** The latest bundle; undefined before the first order. */
  get latest(): SignedBundle | undefined {
    return this.#latest;
  }

  give(order: Order): void {
    const { id, issuedMs, kind: what, by, targets, rules, share, networks, endsMs, reason } = order;
    const { devices } = this.book.add(order);
    this.#emit({
      atMs: issuedMs,
      kind: "order",
      order: id,
      what,
      by,
      targets: [...targets],
      rules: rules.name,
      share: { ...share },
      ...(networks ? { networks: [...networks] } : {}),
      devices: devices.length,
      ...(endsMs === undefined ? {} : { endsMs }),
      ...(reason === undefined ? {} : { reason }),
    });
    if (endsMs !== undefined) this.#agenda.add(endsMs, (atMs) => this.#end(id, atMs));
    this.#sealAt(issuedMs);
  }

  lift(lift: LiftOrder): LiftedOrder[] {
    const { id, issuedMs, by, targets, share, networks, reason } = lift;
    const lifted = this.book.lift(lift);
    this.#emit({
      atMs: issuedMs,
      kind: "lift",
      order: id,
      by,
      targets: [...targets],
      share: { ...share },
      ...(networks ? { networks: [...networks] } : {}),
      lifted,
      ...(reason === undefined ? {} : { reason }),
    });
    if (lifted.length > 0) this.#sealAt(issuedMs);
    return lifted;
  }

  /** A new bundle with the orders from before the last one; false when there is none. */
  rollBack(atMs: number): boolean {
    const undone = this.book.rollBack(atMs);
    if (undone === undefined) return false;
    this.#issueBundle(atMs, undone);
    return true;
  }

  /** Puts any bundle before a device, whoever signed it; what the device makes of it is told as an event. */
  deliver(index: number, signed: SignedBundle, atMs: number): void {
    const { network, number } = this.#fleet.devices[index]!;
    const opening = this.#states.receive(index, signed);
    const device = { network, device: number };
    if (!opening.ok) {
      const { refusal, detail, version } = opening;
      const known = version === undefined ? {} : { version };
      this.#emit({ atMs, kind: "refused", ...known, ...device, refusal, detail });
      return;
    }
    const { version } = opening.bundle;
    const orders = this.#states.ordersOf(index, atMs);
    const rules = this.#states.rulesOf(index);
    this.#emit({ atMs, kind: "delivered", version, ...device, orders, rules });
    this.#emit({ atMs, kind: "acknowledged", version, ...device });
  }

  deviceTable(nowMs: number): DeviceRow[] {
    return this.#states.table(this.#version, nowMs);
  }

  #end(id: string, atMs: number): void {
    if (!this.book.end(id)) return;
    this.#emit({ atMs, kind: "order-end", order: id });
    this.#sealAt(atMs);
  }

  #sealAt(atMs: number): void {
    if (this.#isSealing) return;
    this.#isSealing = true;
    const seal = (): void => {
      this.#isSealing = false;
      this.book.seal(this.#version + 1, atMs);
      this.#issueBundle(atMs);
    };
    this.#agenda.add(atMs, seal, SEAL_RANK);
  }

  #issueBundle(atMs: number, undoes?: number): void {
    const version = ++this.#version;
    const { devices } = this.#fleet;
    const signed = signBundle(this.book.page, devices, version, atMs, this.#key);
    this.#latest = signed;
    this.#emit({
      atMs,
      kind: "bundle",
      version,
      orders: [...this.book.page.keys()],
      bytes: signed.content.length,
      digest: digestOf(signed),
      ...(undoes === undefined ? {} : { undoes }),
    });
    for (const delivery of planRollOut(this.#rollOut, devices.length, version, atMs, this.#seed)) {
      const { device: index, isMissed } = delivery;
      this.#agenda.add(delivery.atMs, (nowMs) => {
        if (isMissed) this.#miss(index, version, nowMs);
        else this.deliver(index, signed, nowMs);
      });
    }
  }

  #miss(index: number, version: number, atMs: number): void {
    const { network, number } = this.#fleet.devices[index]!;
    if (this.#states.miss(index, version))
      this.#emit({ atMs, kind: "missed", version, network, device: number });
  }
}
