/**
 * A laboratory at work: plays a scenario's story on a network, takes orders and faults from people meanwhile, and
 * writes down what happened, what was true and what its own clients saw.
 *
 * Time: the scenario clock runs `speed` times as fast as the packet clock. With `jumps` it also leaps over the time
 * until the next event whenever nothing is being measured.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { failure, type Result, success } from "../../base/problem.ts";
import type { Random } from "../../base/random.ts";
import type { Truth } from "../../observation/truth.ts";
import type { Authority } from "../authority/authority.ts";
import { happeningOf } from "../authority/events.ts";
import type { ScenarioClock } from "../clock/clocks.ts";
import { packetClockUs, scenarioTimeMs } from "../clock/clocks.ts";
import type { LabNetwork } from "../network/lab-network.ts";
import { findFaultProblem } from "../scenario/check-scenario.ts";
import type { NetworkKind, Scenario } from "../scenario/scenario.ts";
import type { OrderTemplate, PlannedFault, Round, RoundVisit } from "../scenario/story.ts";
import type { Topology } from "../topology/topology.ts";
import type { VisitOutcome, VisitRequest } from "../visit/visit.ts";
import { type Conditions, deviceKey, healthyConditions } from "./conditions.ts";
import { FaultKeeper, type FaultPlan } from "./fault-keeper.ts";
import type { RunFiles } from "./run-files.ts";
import { Schedule } from "./schedule.ts";
import { Truths } from "./truths.ts";
import { visitObservation } from "./visit-observation.ts";

export interface LaboratoryOptions {
  readonly speed: number;
  readonly jumps: boolean;
  readonly runId: string;
  /** Which of the story's causes holds. */
  readonly cause: string | undefined;
  /** After the story's end it goes on until stop() is called. */
  readonly staysOpen: boolean;
}

/** A line of timeline.jsonl before it has its clocks. */
export interface Happening {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface VisitReport {
  readonly request: VisitRequest;
  readonly outcome: VisitOutcome;
  readonly network: string;
  readonly atMs: number;
  /** What the truth was when it began. */
  readonly truth: Pick<Truth, "state"> & Partial<Truth>;
}

export interface Listener {
  happened(line: Record<string, unknown>): void;
  visited(report: VisitReport): void;
}

const LONGEST_SLEEP_MS = 250;
/** Of one client; and how far apart visits begin, so that one machine's cores do not become the bottleneck. */
const VISITS_AT_ONCE = 4;
const STAGGER_MS = 150;

export class Laboratory {
  readonly scenario: Scenario;
  readonly network: LabNetwork;
  readonly authority: Authority;
  readonly conditions: Conditions = healthyConditions();
  readonly #options: LaboratoryOptions;
  readonly #files: RunFiles;
  readonly #listener: Listener;
  readonly #topology: Topology;
  readonly #truths: Truths;
  readonly #lastTruths = new Map<string, string>();
  readonly #schedule = new Schedule();
  readonly #faults: FaultKeeper;
  readonly #lines: Record<string, unknown>[] = [];
  #clock: ScenarioClock;
  #measuring = 0;
  #nextTurnMs = 0;
  #isStopped = false;
  #wake: () => void = () => {};

  constructor(
    scenario: Scenario,
    network: LabNetwork,
    topology: Topology,
    authority: Authority,
    files: RunFiles,
    random: Random,
    options: LaboratoryOptions,
    listener: Listener,
  ) {
    this.scenario = scenario;
    this.network = network;
    this.authority = authority;
    this.#topology = topology;
    this.#files = files;
    this.#options = options;
    this.#listener = listener;
    this.#truths = new Truths(scenario, topology);
    this.#clock = { ms: scenario.startMs, us: packetClockUs(), speed: options.speed };
    this.#faults = new FaultKeeper(scenario, network, authority, this.conditions, this.#schedule, random);
    for (const fault of scenario.story.faults) {
      if (fault.cause === undefined || fault.cause === options.cause) {
        this.#schedule.add(fault.atMs, { kind: "fault-begins", fault });
      }
    }
    for (const atMs of ruleChanges(scenario)) this.#schedule.add(atMs, { kind: "rules-change" });
    for (const round of scenario.story.rounds) this.#schedule.add(round.atMs, { kind: "round", round });
  }

  /** Scenario clock. */
  get nowMs(): number {
    return scenarioTimeMs(this.#clock, packetClockUs());
  }

  get timeline(): readonly Record<string, unknown>[] {
    return this.#lines;
  }

  /** Plays the story; resolves at its end, or after stop() when it stays open. */
  async run(): Promise<void> {
    await this.#setClock(this.scenario.startMs);
    for (const network of [...this.scenario.networks, ...this.scenario.hosting]) {
      const list = network.box?.rules === undefined ? undefined : this.scenario.rules[network.box.rules];
      for (let device = 0; device < (network.box?.devices ?? 0); device++) {
        this.conditions.devices.set(deviceKey(network.name, device), {
          condition: { rules: list ?? { name: "none", rules: [] }, health: { kind: "ok" } },
        });
      }
    }
    this.#writeTruths();
    while (!this.#isStopped) {
      await this.#catchUp();
      const nextMs = Math.min(this.authority.nextEventMs, this.#schedule.nextMs);
      const isOver = nextMs > this.scenario.endMs && this.#measuring === 0;
      if (isOver && !this.#options.staysOpen) break;
      if (this.#options.jumps && this.#measuring === 0 && nextMs <= this.scenario.endMs) {
        await this.#setClock(Math.max(nextMs, this.nowMs));
      } else await this.#sleep((nextMs - this.nowMs) / this.#options.speed);
    }
  }

  /** Does what is due, in time order. */
  async #catchUp(): Promise<void> {
    const nowMs = this.nowMs;
    let isChanged = false;
    for (const event of this.authority.advance(nowMs)) {
      this.#write(event.atMs, happeningOf(event));
      const { afterSteps } = this.scenario.story;
      if (event.kind === "step" && afterSteps) {
        const atMs = event.atMs + afterSteps.waitMs;
        this.#schedule.add(atMs, { kind: "round", round: { atMs, visits: afterSteps.visits } });
      }
      if (event.kind === "delivered") {
        const { network, device, rules } = event;
        const key = deviceKey(network, device);
        const before = this.conditions.devices.get(key);
        const health = before?.condition.health ?? { kind: "ok" as const };
        this.conditions.devices.set(key, { ...before, condition: { rules, health } });
        await this.network.setRules(network, device, rules);
        isChanged = true;
      }
    }
    for (const { atMs, planned } of this.#schedule.due(nowMs)) {
      if (planned.kind === "round") {
        if (isChanged) this.#writeTruths();
        isChanged = false;
        void this.#measure(planned.round);
        continue;
      }
      if (planned.kind === "rules-change") {
        isChanged = true;
        continue;
      }
      for (const happening of await this.#carryOut(planned, atMs)) this.#write(atMs, happening);
      isChanged = true;
    }
    if (isChanged) this.#writeTruths();
  }

  /** Names and prefixes may be anybody's; a plain word that is neither a site nor a platform is a slip. */
  issue(template: OrderTemplate): ReturnType<Authority["issue"]> {
    const { sites, story } = this.scenario;
    const known = [...sites, ...story.platforms].map(({ name }) => name);
    const stranger = template.targets.find((target) => !known.includes(target) && !/[/:*]/.test(target));
    if (stranger !== undefined && template.rules === undefined) {
      return failure(
        `there is no site or platform ${stranger} here (a pattern such as *.${stranger} may be anything)`,
      );
    }
    const order = this.authority.issue(template, this.nowMs);
    this.#wake();
    return order;
  }

  lift(orderOrTarget: string, kinds: readonly NetworkKind[]): ReturnType<Authority["lift"]> {
    const lifted = this.authority.lift(orderOrTarget, this.nowMs, kinds);
    this.#wake();
    return lifted;
  }

  rollBack(): ReturnType<Authority["rollBack"]> {
    const orders = this.authority.rollBack(this.nowMs);
    this.#wake();
    return orders;
  }

  /** What the network cannot do is written down; the laboratory goes on. */
  async #carryOut(planned: FaultPlan, atMs: number): Promise<Happening[]> {
    try {
      return await this.#faults.carryOut(planned, atMs);
    } catch (error) {
      return [{ kind: "trouble", what: planned.kind, reason: (error as Error).message }];
    }
  }

  /** Refused with the reason when it names what is not there, or cannot be. */
  fault(fault: Omit<PlannedFault, "atMs">): Result<string> {
    const problem = findFaultProblem(fault, this.scenario);
    if (problem) return failure([...problem.path, problem.reason].join(": "));
    this.#schedule.add(this.nowMs, { kind: "fault-begins", fault: { ...fault, atMs: this.nowMs } });
    this.#wake();
    return success(fault.id);
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  truthOf(client: string, site: string): Pick<Truth, "state"> & Partial<Truth> {
    const network = this.#networkOf(client);
    return this.#truths.of(client, network.name, site, this.conditions, this.nowMs);
  }

  /** Sites that do not do well for some client. */
  troubles(): ({ readonly client: string; readonly site: string } & Partial<Truth>)[] {
    const nowMs = this.nowMs;
    return [...this.#truths.pairs()].flatMap(({ client, network, site }) => {
      const body = this.#truths.of(client, network, site, this.conditions, nowMs);
      return body.state === "ok" && body.slowness === undefined ? [] : [{ client, site, ...body }];
    });
  }

  async #measure(round: Round): Promise<void> {
    this.#measuring++;
    const clients = round.from ?? [...this.#topology.clients.keys()];
    await Promise.all(
      clients.map(async (client) => {
        const waiting = [...round.visits];
        const work = async (): Promise<void> => {
          for (let next = waiting.shift(); next; next = waiting.shift()) {
            await this.#turn();
            await this.visit(client, next);
          }
        };
        await Promise.all(Array.from({ length: VISITS_AT_ONCE }, work));
      }),
    );
    this.#measuring--;
    this.#wake();
  }

  /** Resolves when the next visit may begin. */
  #turn(): Promise<void> {
    const nowMs = performance.now();
    this.#nextTurnMs = Math.max(nowMs, this.#nextTurnMs + STAGGER_MS);
    return sleep(this.#nextTurnMs - nowMs);
  }

  /** One visit of one client, written down as an observation. */
  async visit(client: string, visit: RoundVisit): Promise<VisitReport> {
    this.#measuring++;
    const network = this.#networkOf(client);
    const site = this.scenario.sites.find(({ name }) => name === visit.site);
    const hosting = this.scenario.hosting.find(({ name }) => name === site?.hosting);
    const elsewhere = visit.at === undefined ? undefined : this.#topology.sites.get(visit.at)?.v4;
    const request: VisitRequest = {
      client,
      name: visit.site,
      path: visit.path,
      direction: visit.direction,
      timeoutMs: visit.timeoutMs,
      ...(visit.bytes === undefined ? {} : { bytes: visit.bytes }),
      ...(elsewhere === undefined ? {} : { address: elsewhere }),
    };
    const atMs = this.nowMs;
    const truth = this.truthOf(client, visit.site);
    const outcome = await this.network.visit(request);
    const prefix = `${this.#topology.clients.get(client)!.v4.split(".").slice(0, 3).join(".")}.0/24`;
    this.#files.add(
      "observations",
      visitObservation({
        request,
        outcome,
        atMs,
        network,
        prefix,
        runId: this.#options.runId,
        role: site?.category === "control" ? "control" : "target",
        hostingAsn: hosting?.asn,
      }),
    );
    const report: VisitReport = { request, outcome, network: network.name, atMs, truth };
    this.#listener.visited(report);
    this.#measuring--;
    this.#wake();
    return report;
  }

  #networkOf(client: string): Scenario["networks"][number] | Scenario["hosting"][number] {
    const found = [...this.scenario.networks, ...this.scenario.hosting].find(({ clients }) =>
      clients.some(({ name }) => name === client),
    );
    if (!found) throw new Error(`there is no client ${client}`);
    return found;
  }

  #write(atMs: number, happening: object): void {
    const line = {
      type: "timeline",
      time: new Date(atMs).toISOString(),
      packetUs: Math.round(packetClockUs()),
      ...happening,
    };
    this.#lines.push(line);
    this.#files.add("timeline", line);
    this.#listener.happened(line);
  }

  /** Those that changed since they were last written. */
  #writeTruths(): void {
    const nowMs = this.nowMs;
    const time = new Date(nowMs).toISOString();
    const packetUs = Math.round(packetClockUs());
    for (const { client, network, site } of this.#truths.pairs()) {
      const body = this.#truths.of(client, network, site, this.conditions, nowMs);
      const key = `${client} ${site}`;
      const text = JSON.stringify(body);
      if (this.#lastTruths.get(key) === text) continue;
      this.#lastTruths.set(key, text);
      this.#files.add("truth", {
        type: "truth",
        time,
        packetUs,
        client,
        network,
        site,
        ...body,
      } satisfies Truth);
    }
  }

  async #setClock(ms: number): Promise<void> {
    this.#clock = { ms, us: packetClockUs(), speed: this.#options.speed };
    await this.network.setClock(this.#clock);
  }

  #sleep(realMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, Math.min(LONGEST_SLEEP_MS, realMs)));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** When a rule begins or ends to hold by its own dates. */
function ruleChanges({ rules, startMs, endMs }: Scenario): Set<number> {
  const dates = Object.values(rules).flatMap((list) =>
    list.rules.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]),
  );
  return new Set(dates.filter((ms) => ms !== undefined).filter((ms) => ms > startMs && ms < endMs));
}
