/**
 * `npm run bench:incidents [-- --seeds 10]`: incidents and their attribution on the laboratory's stories at ten seeds each;
 * for the sealed causes also with half of the networks, and without controls. Prints how many runs came out as the story has
 * it, how many right answers lead or are tied, and every problem; ends with 1 where a wrong answer was held too firmly.
 */
import { parseArgs } from "node:util";
import { WEIGHTS_VERSION } from "../../src/incident/attribution/weights.ts";
import { lookForIncidents } from "../../src/incident/look-for-incidents.ts";
import { CAUSES, STORIES } from "../incident/expected.ts";
import { answersOf, problemsOf } from "../incident/hold-against.ts";
import { played } from "../incident/played.ts";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "10" }, first: { type: "string", default: "1" } },
});
const first = Number(values.first);
const last = first + Number(values.seeds) - 1;
let isTooSure = false;

console.log(`weights ${WEIGHTS_VERSION}, seeds ${first} to ${last}`);
for (const story of STORIES) {
  let right = 0;
  const problems: string[] = [];
  for (let seed = first; seed <= last; seed++) {
    const own = played(story.name, { seed, observations: story.observations });
    const { incidents } = lookForIncidents(own.attempts, { audience: [], timeline: own.timeline });
    const found = problemsOf(story, incidents, own);
    if (found.length === 0) right++;
    problems.push(...found.map((one) => `seed ${seed}: ${one}`));
  }
  console.log(`${story.name}: ${right} of ${last - first + 1} as the story has it`);
  for (const problem of problems) console.log(`  ${problem}`);
}
for (const cause of CAUSES) {
  for (const [words, less] of [
    ["all", {}],
    ["half of the networks", { halfOfNetworks: true }],
    ["no controls", { withoutControls: true }],
  ] as const) {
    let [leads, ties] = [0, 0];
    const problems: string[] = [];
    for (let seed = first; seed <= last; seed++) {
      const own = played(`twitter-2021-${cause}`, { seed, observations: 60_000, ...less });
      const { incidents } = lookForIncidents(own.attempts, { audience: [], timeline: own.timeline });
      const answers = answersOf(cause, incidents);
      leads += answers.leads;
      ties += answers.ties;
      problems.push(...answers.problems.map((one) => `seed ${seed}: ${one}`));
    }
    isTooSure ||= problems.some((one) => one.includes("sure of"));
    console.log(`${cause}, ${words}: right answers lead ${leads}, tied ${ties}; ${problems.length} problems`);
    for (const problem of problems) console.log(`  ${problem}`);
  }
}
process.exitCode = isTooSure ? 1 : 0;
