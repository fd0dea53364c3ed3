/**
 * What would have to be measured to tell answers apart that the evidence at hand leaves tied: one measurement for each pair,
 * the first of the pairs in the tie. Who reads a tie should know what to do next.
 */
import type { Answer, Question } from "./questions.ts";

const BREAKERS: readonly (readonly [Answer, Answer, string])[] = [
  [
    "equipment",
    "filtering-box",
    "packets with a short time-to-live, and hellos with and without the names, sent through the border while it lasts: a box lets some through or answers itself, a dead device answers nothing",
  ],
  [
    "equipment",
    "route",
    "the routes that others had to the hosting network's addresses at that time (BGP collectors), and a traceroute from outside: where it ends",
  ],
  [
    "filtering-box",
    "route",
    "the routes that others had to the hosting network's addresses at that time (BGP collectors)",
  ],
  [
    "filtering-box",
    "rule-or-order",
    "names that no rule would list at the same addresses, from the same networks, while it lasts",
  ],
  ["equipment", "load", "round trips and loss to neighbouring addresses just before and while it lasts"],
  ["filtering-box", "load", "round trips and loss to neighbouring addresses just before and while it lasts"],
  ["load", "route", "round trips and loss to neighbouring addresses just before and while it lasts"],
  [
    "rule-or-order",
    "policy",
    "what was ordered, and for whom: an announcement that names what is affected, or one that does not",
  ],
  ["site", "hosting-network", "other sites of the same hosting network, from the same users"],
  ["site", "access-operator", "the same names from networks of another operator, and from abroad"],
  ["hosting-network", "access-operator", "the same names from abroad and from inside the hosting network"],
  [
    "hosting-network",
    "upstream",
    "the names from inside the hosting network, and a traceroute from outside: whether it ends before the network's border or at it",
  ],
  ["access-operator", "upstream", "the same names from operators that use another way out"],
  ["access-operator", "name-service", "the addresses by themselves, without a look-up"],
  ["linked", "not-linked", "which boxes and rules acted, in several networks, at the minute it began"],
];

export function breakerOf(question: Question, tied: readonly Answer[]): string {
  const found = BREAKERS.find(([a, b]) => tied.includes(a) && tied.includes(b));
  if (found) return found[2];
  return question === "where"
    ? "the same names from more networks, from abroad, and from inside the hosting network"
    : "how attempts fail, packet by packet, from several networks while it lasts";
}
