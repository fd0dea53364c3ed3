/**
 * All that leads to orders: demands and the platforms' decisions, their daily reports, the ladders' rungs, lawsuits of
 * either side. Puts what it waits for on the agenda, and has orders carried out by whoever made it.
 */
import type { Scenario } from "../scenario/scenario.ts";
import type { CourtCase, Ladder as LadderPlan, OrderTemplate, Rung } from "../scenario/story.ts";
import type { Agenda } from "./agenda.ts";
import { Courts, type Suit } from "./courts.ts";
import { DemandReporter } from "./demand-reporter.ts";
import type { AuthorityEvent } from "./events.ts";
import { Ladder, usualOrder } from "./ladder.ts";
import { Register } from "./register.ts";
import { decidedOf, unfulfilledOf } from "./tally.ts";

const UNFOLLOWED: CourtCase = { about: "demands that were not followed" };
const CONTESTED: CourtCase = { about: "demands that it contests" };

/** What a rung orders; `stem` is the order's id, unless there is one of that id. */
export type CarryOut = (template: OrderTemplate, stem: string, atMs: number) => void;

interface Climb {
  readonly ladder: Ladder;
  /** Its next rung is on the agenda. */
  isDue: boolean;
}

export class Proceedings {
  readonly register: Register;
  readonly courts = new Courts();
  readonly #story: Scenario["story"];
  readonly #reporter: DemandReporter;
  readonly #climbs: readonly Climb[];
  readonly #agenda: Agenda;
  readonly #emit: (event: AuthorityEvent) => void;
  readonly #carryOut: CarryOut;

  constructor(
    { story, startMs, endMs }: Scenario,
    seed: number,
    agenda: Agenda,
    emit: (event: AuthorityEvent) => void,
    carryOut: CarryOut,
  ) {
    this.#story = story;
    this.#agenda = agenda;
    this.#emit = emit;
    this.#carryOut = carryOut;
    this.register = new Register(story.platforms, story.demands, seed);
    this.#reporter = new DemandReporter(this.register, startMs, endMs);
    this.#awaitReport();
    for (const { id, platforms, atMs, ...about } of story.lawsuits)
      agenda.add(atMs, () => this.#sue({ id, by: "state", platforms }, about, atMs));
    this.#climbs = story.ladders.map((plan) => this.#setUp(plan, startMs));
  }

  /**
   * Makes the decisions that fall due before anything else happens, and puts down the first that fulfils a rung's
   * condition. To be called whenever the agenda's first item has been done. Only rungs change a policy, so what is
   * decided ahead stays true whatever people do meanwhile.
   */
  lookAhead(): void {
    for (;;) {
      const atMs = this.register.nextDueMs;
      if (atMs > this.#agenda.nextMs || atMs === Number.POSITIVE_INFINITY) return;
      const platform = this.register.decideNext();
      for (const climb of this.#climbs) if (climb.ladder.platform === platform) this.#tryRung(climb, atMs);
    }
  }

  #setUp(plan: LadderPlan, startMs: number): Climb {
    const climb: Climb = { ladder: new Ladder(plan), isDue: false };
    this.#agenda.add(Math.max(climb.ladder.readyMs, startMs), (atMs) => this.#tryRung(climb, atMs));
    return climb;
  }

  #tryRung(climb: Climb, atMs: number): void {
    const { ladder } = climb;
    if (climb.isDue || !ladder.holds(atMs, this.register.decidedOf(ladder.platform))) return;
    climb.isDue = true;
    this.#agenda.add(atMs, () => this.#takeRung(climb, atMs));
  }

  #takeRung(climb: Climb, atMs: number): void {
    climb.isDue = false;
    const { ladder } = climb;
    const { platform } = ladder;
    const tally = this.register.decidedOf(platform);
    const decided = decidedOf(tally);
    const rung = ladder.take(atMs);
    this.#emit({
      atMs,
      kind: "step",
      platform,
      step: rung.step,
      rung: ladder.taken,
      decided,
      unfulfilled: unfulfilledOf(tally),
      ...(decided > 0 ? { removedShare: tally.removed / decided } : {}),
    });
    this.#actOn(rung, platform, atMs);
    if (ladder.next) this.#agenda.add(Math.max(atMs, ladder.readyMs), (nowMs) => this.#tryRung(climb, nowMs));
  }

  #actOn(rung: Rung, platform: string, atMs: number): void {
    const stem = `${platform}-${rung.step}`;
    if (rung.step === "lawsuit")
      this.#sue({ id: stem, by: "state", platforms: [platform] }, rung.lawsuit ?? UNFOLLOWED, atMs);
    const template = rung.order ?? usualOrder(rung, platform);
    if (template) this.#carryOut(template, stem, atMs);
    if (!rung.platformPolicy) return;
    this.register.setPolicy(platform, rung.platformPolicy);
    this.#emit({ atMs, kind: "policy", platform, policy: { ...rung.platformPolicy } });
  }

  #awaitReport(): void {
    const { nextMs } = this.#reporter;
    if (nextMs < Number.POSITIVE_INFINITY) this.#agenda.add(nextMs, (atMs) => this.#report(atMs));
  }

  #report(atMs: number): void {
    for (const event of this.#reporter.report(atMs)) {
      this.#emit(event);
      const { platform, fromMs, sued } = event;
      if (sued === 0) continue;
      const about = this.#story.platforms.find(({ name }) => name === platform)?.suit ?? CONTESTED;
      const id = `${platform}-${new Date(fromMs).toISOString().slice(0, 10)}`;
      this.#sue({ id, by: "platform", platforms: [platform], demands: sued }, about, atMs);
    }
    this.#awaitReport();
  }

  #sue(suit: Pick<Suit, "id" | "by" | "platforms" | "demands">, about: CourtCase, filedMs: number): void {
    const filed = this.courts.file(suit, about, filedMs);
    const { id, by, demands, decidedMs, decision } = filed;
    const platforms = [...filed.platforms];
    const contested = demands === undefined ? {} : { demands };
    this.#emit({ atMs: filedMs, kind: "lawsuit", suit: id, by, platforms, about: filed.about, ...contested });
    if (decidedMs === undefined) return;
    const known = decision === undefined ? {} : { decision };
    this.#agenda.add(decidedMs, (atMs) =>
      this.#emit({ atMs, kind: "court-decision", suit: id, platforms, ...known }),
    );
  }
}
