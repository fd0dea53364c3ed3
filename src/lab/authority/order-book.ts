/**
 * Which orders are in force, and for which devices. Each change makes a new page (an immutable map); pages of the last
 * changes are kept, for looking back and for rolling back. The newest order stands first: where two orders are about
 * the same name, the newer one holds.
 */
import type { Fleet } from "./fleet.ts";
import type { LiftOrder, Order } from "./order.ts";

export interface ActiveOrder {
  readonly order: Order;
  /** Indexes in the fleet, in their line. */
  readonly devices: readonly number[];
}

/** Orders in force by id, the newest first. */
export type Page = ReadonlyMap<string, ActiveOrder>;

export interface LiftedOrder {
  readonly order: string;
  /** Devices that are free of it now, and that still have it. */
  readonly freed: number;
  readonly left: number;
}

/** Older pages are forgotten. */
export const MOST_PAGES = 1_000;

export class OrderBook {
  readonly #fleet: Fleet;
  #page: Page = new Map();
  /** Sealed pages, each with the time from which on it held. */
  readonly #pages: { readonly fromMs: number; readonly page: Page }[] = [];
  /** To go back to, the latest last; `version` is the bundle that would be undone. */
  readonly #back: { readonly version: number; readonly page: Page }[] = [];

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  get page(): Page {
    return this.#page;
  }

  /** As of a time; empty before the first bundle and before what is remembered. */
  pageAt(atMs: number): Page {
    return this.#pages.findLast(({ fromMs }) => fromMs <= atMs)?.page ?? new Map();
  }

  add(order: Order): ActiveOrder {
    const active: ActiveOrder = { order, devices: this.#fleet.covered(order) };
    this.#page = new Map([[order.id, active], ...this.#page]);
    return active;
  }

  /** Orders in force that a lift is about. */
  meant(lift: LiftOrder): string[] {
    return [...this.#page].filter(([, { order }]) => isMeant(lift, order)).map(([id]) => id);
  }

  /** Takes a lift's orders from the devices that it is about; an order that no device has left is gone. */
  lift(lift: LiftOrder): LiftedOrder[] {
    const page = new Map(this.#page);
    const lifted: LiftedOrder[] = [];
    for (const [id, active] of this.#page) {
      if (!isMeant(lift, active.order)) continue;
      const freed = new Set(this.#fleet.front(active.devices, lift, true));
      const devices = active.devices.filter((index) => !freed.has(index));
      if (freed.size === 0 && devices.length > 0) continue;
      if (devices.length > 0) page.set(id, { ...active, devices });
      else page.delete(id);
      lifted.push({ order: id, freed: freed.size, left: devices.length });
    }
    this.#page = page;
    return lifted;
  }

  /** Ends an order for everyone; false when it is not in force. */
  end(id: string): boolean {
    const page = new Map(this.#page);
    const was = page.delete(id);
    this.#page = page;
    return was;
  }

  /** The page as it is becomes that of a bundle. */
  seal(version: number, atMs: number): void {
    this.#back.push({ version, page: this.#pages.at(-1)?.page ?? new Map() });
    this.#keep(atMs);
    if (this.#back.length > MOST_PAGES) this.#back.shift();
  }

  /**
   * Goes back to the page before the last sealed one, minus what would have ended by now; each further time one more.
   * The bundle that is undone so, or undefined when there is none.
   */
  rollBack(atMs: number): number | undefined {
    const previous = this.#back.pop();
    if (!previous) return undefined;
    const goesOn = ({ order: { endsMs } }: ActiveOrder): boolean => endsMs === undefined || endsMs > atMs;
    this.#page = new Map([...previous.page].filter(([, active]) => goesOn(active)));
    this.#keep(atMs);
    return previous.version;
  }

  #keep(fromMs: number): void {
    this.#pages.push({ fromMs, page: this.#page });
    if (this.#pages.length > MOST_PAGES) this.#pages.shift();
  }
}

function isMeant({ lifts, names, targets }: LiftOrder, order: Order): boolean {
  if (lifts) return lifts.includes(order.id);
  return (
    order.names.some((name) => names.includes(name)) || order.targets.some((one) => targets.includes(one))
  );
}
