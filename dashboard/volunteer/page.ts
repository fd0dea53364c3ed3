/**
 * The page's course: it asks, runs what was consented to, judges, sends where that was wished, and shows. Each step replaces
 * what is shown; while a load runs only its figures change.
 */

import type { ToldPlan } from "../../src/server/volunteer/plan.ts";
import { objectsOf, type TestPair } from "../../src/server/volunteer/plan.ts";
import { consentView } from "./consent-view.ts";
import { type Course, type Load, runCourse, shuffled } from "./course.ts";
import { el } from "./element.ts";
import { english } from "./english.ts";
import { judgeLoads } from "./judge-loads.ts";
import { loadObject } from "./load-object.ts";
import { nameOf, observationsOf, reportOf } from "./report.ts";
import { headline, resultView } from "./result-view.ts";
import { heardText, type RunView, runView } from "./run-view.ts";
import { forget, send } from "./sending.ts";
import type { Choice, PairResult, Phase } from "./state.ts";
import { firstLanguage, LANGUAGES, type Language, WORDS, type Words } from "./words.ts";

const TICK_MS = 200;

export class Page {
  readonly #place: HTMLElement;
  readonly #heard = el("p", { class: "heard", "aria-live": "polite" });
  readonly #shown = el("div");
  #language: Language;
  #choice: Choice;
  #phase: Phase = { kind: "asking" };
  #stopping = new AbortController();
  #run: RunView | undefined;
  #load = { startMs: 0, bytes: 0 };

  constructor(place: HTMLElement, plan: ToldPlan) {
    this.#place = place;
    const query = new URLSearchParams(location.search);
    this.#language = firstLanguage(query.get("lang"), navigator.languages);
    // An operator's link can name pairs: ?pair=NAME.
    const named = plan.pairs.filter(({ name }) => query.getAll("pair").includes(name));
    const chosen = new Set((named.length > 0 ? named : plan.pairs.slice(0, 1)).map(({ name }) => name));
    this.#choice = { plan, chosen, budgetBytes: plan.budgetBytes };
    this.#place.replaceChildren(this.#shown, this.#heard);
    this.#show();
  }

  get #words(): Words {
    return WORDS[this.#language];
  }

  #show(focus?: string): void {
    const words = this.#words;
    document.documentElement.lang = this.#language;
    document.title = `${words.title} · Brakelight`;
    const isSimulated = this.#choice.plan.pairs.some((pair) => pair.isSimulated);
    this.#shown.replaceChildren(
      this.#languages(),
      el("h1", {}, words.title),
      ...(isSimulated
        ? [el("p", { class: "simulated" }, words.simulated), el("p", {}, words.simulatedNote)]
        : []),
      ...(this.#phase.kind === "asking" ? [el("p", {}, words.lead)] : []),
      this.#body(words),
    );
    if (focus !== undefined) document.getElementById(focus)?.focus();
  }

  #body(words: Words): Node {
    const phase = this.#phase;
    this.#run = undefined;
    if (phase.kind === "asking") {
      return consentView(this.#choice, words, {
        choose: (name, isChosen) => this.#choose(name, isChosen),
        setBudget: (bytes) => this.#setBudget(bytes),
        start: (sends) => void this.#start(sends),
      });
    }
    if (phase.kind === "running") {
      this.#run = runView(phase, words, () => this.#stopping.abort());
      return this.#run.node;
    }
    return resultView(phase.results, words, {
      forget: (result) => void this.#forget(result),
      again: () => {
        this.#phase = { kind: "asking" };
        this.#show();
      },
    });
  }

  #languages(): Node {
    return el(
      "div",
      { class: "languages", role: "group", "aria-label": this.#words.language },
      ...Object.entries(LANGUAGES).map(([code, name]) =>
        el(
          "button",
          {
            ...{ type: "button", lang: code, "aria-pressed": code === this.#language ? "true" : "false" },
            onclick: () => {
              this.#language = code as Language;
              this.#show();
            },
          },
          name,
        ),
      ),
    );
  }

  #choose(name: string, isChosen: boolean): void {
    const chosen = new Set(this.#choice.chosen);
    if (isChosen) chosen.add(name);
    else chosen.delete(name);
    this.#choice = { ...this.#choice, chosen };
    this.#show();
    document.querySelector<HTMLElement>(`input[name="${CSS.escape(name)}"]`)?.focus();
  }

  #setBudget(bytes: number): void {
    const most = this.#choice.plan.budgetBytes;
    const budgetBytes = Number.isFinite(bytes) ? Math.min(most, Math.max(0, bytes)) : most;
    this.#choice = { ...this.#choice, budgetBytes };
    this.#show();
  }

  async #start(sends: boolean): Promise<void> {
    const { plan, chosen } = this.#choice;
    let left = this.#choice.budgetBytes;
    const pairs = plan.pairs.filter(({ name }) => chosen.has(name));
    const allLoads = plan.rounds * pairs.flatMap(objectsOf).length;
    this.#stopping = new AbortController();
    this.#phase = { kind: "running", loads: [], allLoads };
    this.#show("runs");
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    const results: PairResult[] = [];
    for (const pair of pairs) {
      const startMs = performance.now();
      const course = await this.#course(pair, left, allLoads);
      left -= course.bytes;
      results.push(await this.#concluded(pair, course, (performance.now() - startMs) / 1000, sends));
      if (course.end === "stopped") break;
    }
    clearInterval(ticking);
    this.#phase = { kind: "done", results };
    this.#heard.textContent = results.map((one) => headline(one, this.#words)).join(" ");
    this.#show("result-0");
  }

  #course(pair: TestPair, budgetBytes: number, allLoads: number): Promise<Course> {
    const { rounds, timeoutMs } = this.#choice.plan;
    const running = (): Extract<Phase, { kind: "running" }> =>
      this.#phase as Extract<Phase, { kind: "running" }>;
    return runCourse(pair, rounds, budgetBytes, {
      ...{ shuffled, nowMs: Date.now },
      load: (object, role, round) => {
        const now = {
          role,
          round,
          rounds,
          host: nameOf(object.address),
          isVisible: object.reading === "cors",
        };
        this.#phase = { ...running(), allLoads, now };
        const hadFocus = this.#place.contains(document.activeElement);
        this.#show(hadFocus && document.activeElement?.tagName === "BUTTON" ? "stop" : "runs");
        this.#heard.textContent = heardText(running(), this.#words);
        this.#load = { startMs: performance.now(), bytes: 0 };
        const onBytes = (bytes: number): void => {
          this.#load.bytes = bytes;
        };
        return loadObject(object, { timeoutMs, signal: this.#stopping.signal, onBytes });
      },
      onLoad: (load: Load) => {
        this.#phase = { ...running(), loads: [...running().loads, load] };
      },
    });
  }

  #tick(): void {
    this.#run?.tick(performance.now() - this.#load.startMs, this.#load.bytes);
  }

  async #concluded(pair: TestPair, course: Course, seconds: number, sends: boolean): Promise<PairResult> {
    if (course.end === "stopped") return { pair, course, sent: { kind: "kept" } };
    const observations = observationsOf(course.loads, pair, crypto.randomUUID().replaceAll("-", ""));
    const judged = judgeLoads(course, observations);
    if (!sends || judged.verdict.time === undefined) return { pair, course, judged, sent: { kind: "kept" } };
    // Records are in English, whatever the page's language.
    const evidence = [
      ...(judged.reason ? [english.reason(judged.reason)] : []),
      ...judged.verdict.evidence,
      english.evidence(course.loads.length),
      ...objectsOf(pair).map(({ address, reading }) => `${nameOf(address)}: ${english.how[reading]}`),
    ];
    const verdict = { ...judged.verdict, evidence };
    return { pair, course, judged, sent: await send(reportOf({ pair, verdict, observations, seconds })) };
  }

  async #forget(result: PairResult): Promise<void> {
    if (result.sent.kind !== "done" || result.sent.token === undefined) return;
    const waiting: PairResult = { ...result, deleted: { kind: "deleting" } };
    this.#replace(result, waiting);
    this.#replace(waiting, { ...result, deleted: await forget(result.sent.token) });
  }

  #replace(old: PairResult, next: PairResult): void {
    if (this.#phase.kind !== "done") return;
    this.#phase = { kind: "done", results: this.#phase.results.map((one) => (one === old ? next : one)) };
    this.#show();
  }
}
