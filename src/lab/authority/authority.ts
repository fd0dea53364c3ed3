/**
 * The authority of a scenario with all that surrounds it: demands and platforms' decisions, courts, ladders, orders,
 * bundles and their roll-out, statements. The same scenario and random series give the same story, however small the
 * steps in which time is advanced. Times are scenario clock, ms since the epoch; parts of a millisecond are ignored.
 */
import { failure, type Result, success } from "../../base/problem.ts";
import type { Random } from "../../base/random.ts";
import type { NetworkKind, Scenario } from "../scenario/scenario.ts";
import type { Ladder as LadderPlan, OrderTemplate } from "../scenario/story.ts";
import { Agenda } from "./agenda.ts";
import type { SignedBundle } from "./bundle.ts";
import type { Courts } from "./courts.ts";
import type { DeviceRow } from "./device-states.ts";
import type { AuthorityEvent } from "./events.ts";
import { Fleet } from "./fleet.ts";
import { usualOrder } from "./ladder.ts";
import { type LiftOrder, makeOrder, type Order, type Origin } from "./order.ts";
import type { ActiveOrder, LiftedOrder } from "./order-book.ts";
import { OrderDesk } from "./order-desk.ts";
import { Proceedings } from "./proceedings.ts";
import type { Register } from "./register.ts";

const SEED_LIMIT = 2 ** 32 - 1;

/** What a person's order may say beside its template. */
export interface Remark {
  readonly reason?: string;
}

export class Authority {
  readonly fleet: Fleet;
  readonly #scenario: Scenario;
  readonly #agenda = new Agenda();
  readonly #proceedings: Proceedings;
  readonly #desk: OrderDesk;
  readonly #ids: Set<string>;
  #events: AuthorityEvent[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;

  /**
   * `cause`: planned orders of another cause are left out. Throws when the scenario refers to what it does not have:
   * reading a scenario has refused that.
   */
  constructor(scenario: Scenario, random: Random, cause?: string) {
    const { story } = scenario;
    const [demandSeed, fleetSeed, rollOutSeed] = [1, 2, 3].map(() => random.integer(0, SEED_LIMIT));
    const emit = (event: AuthorityEvent): void => {
      this.#events.push(event);
    };
    this.#scenario = scenario;
    for (const template of [...story.orders, ...story.ladders.flatMap(rungOrders)])
      this.#make(template, { id: "planned", issuedMs: scenario.startMs, by: "plan" });
    this.#ids = new Set(story.orders.map(({ id }) => id));
    this.fleet = new Fleet(scenario, fleetSeed!);
    this.#desk = new OrderDesk(scenario, this.fleet, rollOutSeed!, this.#agenda, emit);
    for (const { who, text, source, atMs } of story.statements)
      this.#agenda.add(atMs, () => emit({ atMs, kind: "statement", who, text, source }));
    this.#proceedings = new Proceedings(
      scenario,
      demandSeed!,
      this.#agenda,
      emit,
      (template, stem, issuedMs) =>
        this.#carryOut(template, { id: this.#freeId(stem), issuedMs, by: "ladder" }),
    );
    for (const { id, atMs, reason, cause: only, ...template } of story.orders) {
      const origin = { id, issuedMs: atMs, by: "plan", ...(reason === undefined ? {} : { reason }) } as const;
      if (only === undefined || only === cause)
        this.#agenda.add(atMs, () => this.#carryOut(template, origin));
    }
    this.#proceedings.lookAhead();
  }

  get register(): Register {
    return this.#proceedings.register;
  }

  get courts(): Courts {
    return this.#proceedings.courts;
  }

  /** When something may happen next; Infinity when nothing is left. */
  get nextEventMs(): number {
    return Math.min(this.#events[0]?.atMs ?? Number.POSITIVE_INFINITY, this.#agenda.nextMs);
  }

  /** Everything up to and including `toMs` that was not told yet, in time order. */
  advance(toMs: number): AuthorityEvent[] {
    this.#run(toMs);
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /**
   * A person's order, from now on; told by the next `advance`. Refused with the reason when it names what is not there,
   * covers no device, or (a lift) finds nothing to lift.
   */
  issue(template: OrderTemplate, nowMs: number, { reason }: Remark = {}): Result<Order | LiftOrder> {
    this.#run(nowMs);
    const stranger = template.networks?.find((name) => !this.fleet.has(name));
    if (stranger !== undefined) return failure(`there is no box in a network '${stranger}'`);
    const origin = { id: this.#freeId("order"), issuedMs: this.#nowMs, by: "person" as const };
    const made = makeOrder(template, reason === undefined ? origin : { ...origin, reason }, this.#scenario);
    if (!made.ok) return made;
    const order = made.value;
    if (order.kind === "lift" && this.#desk.book.meant(order).length === 0)
      return failure("no order in force is meant");
    if (order.kind !== "lift" && this.fleet.covered(order).length === 0)
      return failure("it would cover no device; give a share of an access kind whose networks have boxes");
    this.#ids.add(order.id);
    this.#give(order);
    this.#run(this.#nowMs);
    return made;
  }

  /** Lifts one order by its id, or all that are aimed at a site or platform; for some access kinds or for all. */
  lift(
    orderOrTarget: string,
    nowMs: number,
    kinds: readonly NetworkKind[] = [],
  ): Result<readonly LiftedOrder[]> {
    this.#run(nowMs);
    const isOrder = this.#desk.book.page.has(orderOrTarget);
    const share = Object.fromEntries(kinds.map((kind) => [kind, 1]));
    const lift: OrderTemplate = isOrder
      ? { kind: "lift", targets: [], lifts: [orderOrTarget], share }
      : { kind: "lift", targets: [orderOrTarget], share };
    const before = this.#events.length;
    const issued = this.issue(lift, nowMs);
    if (!issued.ok) return failure(`no order '${orderOrTarget}' is in force, and none is aimed at it`);
    const told = this.#events.slice(before).find((event) => event.kind === "lift");
    return success(told?.lifted ?? []);
  }

  /** Undoes the last bundle by a new one, each further time one more. The orders in force from now on. */
  rollBack(nowMs: number): Result<readonly ActiveOrder[]> {
    this.#run(nowMs);
    if (!this.#desk.rollBack(this.#nowMs)) return failure("there is no bundle to roll back");
    this.#run(this.#nowMs);
    return success(this.ordersAt(this.#nowMs));
  }

  /** In force as the authority has it, the newest first; devices may lag behind. */
  ordersAt(atMs: number): ActiveOrder[] {
    return [...this.#desk.book.pageAt(atMs).values()];
  }

  /** Of the time that the story was advanced to. */
  deviceTable(): DeviceRow[] {
    return this.#desk.deviceTable(this.#nowMs);
  }

  /** The latest signed bundle. */
  get bundle(): SignedBundle | undefined {
    return this.#desk.latest;
  }

  /** Puts a bundle before a device, as somebody in its way could; the next `advance` tells what it made of it. */
  deliver(network: string, device: number, bundle: SignedBundle, nowMs: number): Result<void> {
    this.#run(nowMs);
    const index = this.fleet.indexOf(network, device);
    if (index === undefined) return failure(`there is no device ${device} in '${network}'`);
    this.#desk.deliver(index, bundle, this.#nowMs);
    return success(undefined);
  }

  #run(toMs: number): void {
    while (this.#agenda.size > 0 && this.#agenda.nextMs <= toMs) {
      const { atMs, act } = this.#agenda.take()!;
      this.#nowMs = Math.max(this.#nowMs, atMs);
      act(atMs);
      this.#proceedings.lookAhead();
    }
    if (Number.isFinite(toMs)) this.#nowMs = Math.max(this.#nowMs, Math.floor(toMs));
  }

  #carryOut(template: OrderTemplate, origin: Origin): void {
    this.#ids.add(origin.id);
    this.#give(this.#make(template, origin));
  }

  #make(template: OrderTemplate, origin: Origin): Order | LiftOrder {
    const made = makeOrder(template, origin, this.#scenario);
    if (made.ok) return made.value;
    throw new Error(`${template.kind} order for ${template.targets.join(", ")}: ${made.problem.reason}`);
  }

  #give(order: Order | LiftOrder): void {
    if (order.kind === "lift") this.#desk.lift(order);
    else this.#desk.give(order);
  }

  #freeId(stem: string): string {
    if (stem !== "order" && !this.#ids.has(stem)) return stem;
    let number = 1;
    while (this.#ids.has(`${stem}-${number}`)) number++;
    return `${stem}-${number}`;
  }
}

function rungOrders({ platform, rungs }: LadderPlan): OrderTemplate[] {
  return rungs.flatMap((rung) => rung.order ?? usualOrder(rung, platform) ?? []);
}
