/** Before anything happens: what will be contacted, how much may come, why it can be risky, and two buttons. */
import { objectsOf } from "../../src/server/volunteer/plan.ts";
import { el } from "./element.ts";
import { nameOf } from "./report.ts";
import type { Choice } from "./state.ts";
import type { Words } from "./words.ts";

const MEGA = 1e6;

export interface ConsentActs {
  readonly choose: (name: string, isChosen: boolean) => void;
  readonly setBudget: (bytes: number) => void;
  readonly start: (sends: boolean) => void;
}

export function consentView({ plan, chosen, budgetBytes }: Choice, words: Words, acts: ConsentActs): Node {
  const said = words.consent;
  const pairs = plan.pairs.filter(({ name }) => chosen.has(name));
  const needed = plan.rounds * pairs.flatMap(objectsOf).reduce((sum, { bytes }) => sum + bytes, 0);
  const isNothing = pairs.length === 0;
  const sends = plan.takesNone === undefined;
  return el(
    "section",
    { "aria-labelledby": "what" },
    el("h2", { id: "what" }, said.heading),
    plan.pairs.length > 1 &&
      el(
        "fieldset",
        {},
        el("legend", {}, said.choose),
        ...plan.pairs.map(({ name }) =>
          el(
            "label",
            {},
            el("input", {
              ...{ type: "checkbox", name, checked: chosen.has(name) },
              onchange: (event) => acts.choose(name, (event.target as HTMLInputElement).checked),
            }),
            name,
          ),
        ),
      ),
    el("p", {}, said.contacts),
    el(
      "ul",
      {},
      ...pairs.flatMap(objectsOf).map(({ address, bytes, reading }) => {
        const text = said.object(nameOf(address), bytes, plan.rounds);
        return el("li", {}, reading === "image" ? `${text}, ${said.cookies}` : text);
      }),
    ),
    el("p", {}, said.bytes(Math.min(needed, budgetBytes))),
    el(
      "label",
      {},
      said.budget,
      el("input", {
        ...{ type: "number", min: 0, max: plan.budgetBytes / MEGA, step: 0.1, value: budgetBytes / MEGA },
        onchange: (event) => acts.setBudget((event.target as HTMLInputElement).valueAsNumber * MEGA),
      }),
    ),
    el("p", {}, said.risk),
    el("p", {}, sends ? said.sent : said.takesNone(plan.takesNone!)),
    el(
      "div",
      { class: "start" },
      sends &&
        el(
          "button",
          { type: "button", disabled: isNothing, onclick: () => acts.start(true) },
          said.startAndSend,
        ),
      el("button", { type: "button", disabled: isNothing, onclick: () => acts.start(false) }, said.start),
    ),
    isNothing && el("p", { class: "quiet" }, said.nothing),
  );
}
