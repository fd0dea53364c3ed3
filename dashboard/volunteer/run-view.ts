/** While it runs: which load, for how long, how far where that can be seen, and a way to stop it. */
import { el } from "./element.ts";
import { loadsTable } from "./loads-table.ts";
import { speedSoFar } from "./report.ts";
import type { Phase } from "./state.ts";
import type { Words } from "./words.ts";

export interface RunView {
  readonly node: Node;
  /** Called again and again: only the figures change. */
  readonly tick: (ms: number, bytes: number) => void;
}

export function runView(phase: Extract<Phase, { kind: "running" }>, words: Words, stop: () => void): RunView {
  const said = words.run;
  const { loads, allLoads, now } = phase;
  const elapsed = el("p", { class: "elapsed", role: "timer", "aria-live": "off" });
  const far = el("p", { class: "quiet", "aria-live": "off" });
  const node = el(
    "section",
    { "aria-labelledby": "runs" },
    el("h2", { id: "runs", tabindex: -1 }, said.heading),
    now && el("p", {}, said.load(now.role, now.host, now.round + 1, now.rounds)),
    elapsed,
    far,
    el("progress", { "aria-label": said.loads, max: allLoads, value: loads.length }),
    el("p", {}, el("button", { type: "button", id: "stop", onclick: stop }, said.stop)),
    loads.length > 0 && loadsTable(loads, words, said.log),
  );
  const tick = (ms: number, bytes: number): void => {
    elapsed.textContent = said.elapsed((ms / 1000).toFixed(1));
    far.textContent = now?.isVisible
      ? bytes > 0
        ? said.soFar(bytes, speedSoFar(bytes, ms))
        : ""
      : said.unseen;
  };
  tick(0, 0);
  return { node, tick };
}

/** For those who hear the page: one sentence a load. */
export function heardText(phase: Extract<Phase, { kind: "running" }>, words: Words): string {
  const { now } = phase;
  return now ? words.run.load(now.role, now.host, now.round + 1, now.rounds) : words.run.heading;
}
