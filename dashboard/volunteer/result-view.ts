/** What was found, in a sentence; each load below it; what became of sending it, and how to delete it again. */
import { el } from "./element.ts";
import { loadsTable } from "./loads-table.ts";
import { nameOf } from "./report.ts";
import type { PairResult } from "./state.ts";
import type { Words } from "./words.ts";

export function resultView(
  results: readonly PairResult[],
  words: Words,
  acts: { readonly forget: (result: PairResult) => void; readonly again: () => void },
): Node {
  const said = words.result;
  return el(
    "div",
    {},
    ...results.map((result, at) =>
      el(
        "section",
        { "aria-labelledby": `result-${at}` },
        el("h2", { id: `result-${at}`, tabindex: -1 }, `${said.heading}: ${result.pair.name}`),
        result.pair.isSimulated && el("p", { class: "simulated" }, words.simulated),
        ...found(result, words),
        sending(result, words, () => acts.forget(result)),
        result.course.loads.length > 0 && loadsTable(result.course.loads, words),
        ...how(result, words),
      ),
    ),
    el("p", {}, el("button", { type: "button", onclick: acts.again }, said.again)),
  );
}

/** The sentence of the result, for those who hear the page as well. */
export function headline({ pair, judged }: PairResult, words: Words): string {
  const said = words.result;
  if (!judged) return said.stopped;
  const target = nameOf(pair.target.address);
  const [own, control] = [judged.targetBps, judged.controlBps].map((bps) =>
    bps === undefined ? said.noSpeed : words.rate(bps),
  ) as [string, string];
  const sentence =
    judged.state === "insufficient"
      ? said.insufficient(target, judged.reason ? words.reason(judged.reason) : "")
      : said[judged.state](target, own, control);
  return pair.isSimulated ? `${words.simulated}: ${sentence}` : sentence;
}

function found(result: PairResult, words: Words): Node[] {
  const { pair, judged } = result;
  const said = words.result;
  const nodes: Node[] = [
    el("p", { class: "verdict", "data-state": judged?.state ?? "stopped" }, headline(result, words)),
  ];
  if (judged?.overMatch && pair.overMatch) {
    const { state, bps } = judged.overMatch;
    const speed = bps === undefined ? said.noSpeed : words.rate(bps);
    nodes.push(
      el(
        "p",
        { "data-over": state },
        said.over(nameOf(pair.overMatch.address), said.overStates[state], speed),
      ),
    );
  }
  if (judged && judged.state !== "insufficient") nodes.push(el("p", {}, said.onePair));
  return nodes;
}

function how({ pair, judged, course }: PairResult, words: Words): Node[] {
  if (!judged) return [];
  const ways = [pair.target, pair.control, ...(pair.overMatch ? [pair.overMatch] : [])];
  return [
    el("h3", {}, words.howHeading),
    el("p", { class: "quiet" }, words.evidence(course.loads.length)),
    el(
      "ul",
      { class: "quiet" },
      ...ways.map(({ address, reading }) => el("li", {}, `${nameOf(address)}: ${words.how[reading]}`)),
    ),
    el("p", { class: "quiet" }, words.result.moved(course.bytes)),
  ];
}

function sending({ sent, deleted, judged }: PairResult, words: Words, forget: () => void): Node {
  const said = words.sent;
  if (!judged) return el("span");
  if (sent.kind === "refused") return el("p", { role: "status" }, said.refused(sent.because));
  if (sent.kind !== "done") return el("p", { role: "status" }, said[sent.kind]);
  if (sent.token === undefined) return el("p", { role: "status" }, said.known);
  if (deleted?.kind === "deleted") return el("p", { role: "status" }, said.deleted(deleted.count));
  if (deleted?.kind === "pending") return el("p", { role: "status" }, said.pending);
  return el(
    "div",
    { role: "status" },
    el("p", {}, said.done),
    el("code", { "aria-label": said.token }, sent.token),
    el("button", { type: "button", disabled: deleted?.kind === "deleting", onclick: forget }, said.delete),
    deleted && el("p", {}, deleted.kind === "failed" ? said.notDeleted(deleted.because) : said.deleting),
  );
}
