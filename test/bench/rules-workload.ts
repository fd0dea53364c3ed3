/**
 * Rule lists and names like those that boxes see, seeded. Of the rules 70 % are exact, 20 % suffix, 8 % ends-with and
 * 2 % contains, each a name of its own; of the names so many in a hundred are hit, as text and as bytes in a row.
 */
import { seededRandom } from "../../src/base/random.ts";
import type { NamePattern, Rule } from "../../src/rules/rule.ts";

const TOP = ["com", "com", "com", "ru", "org", "net", "info", "de", "co.uk", "io"];
const BELOW = ["", "", "www.", "api.", "cdn.", "m.", "img."];
const CONSONANTS = "bcdfghjklmnprstvwz";

export interface Workload {
  readonly rules: readonly Rule[];
  readonly names: readonly string[];
  /** All names in one row; name i is bytes[starts[i], starts[i + 1]). */
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

export function makeWorkload(ruleCount: number, nameCount: number, hitShare: number): Workload {
  const random = seededRandom(ruleCount);
  const syllables = [...CONSONANTS].flatMap((letter) =>
    [..."aeiouy"].flatMap((vowel) => [letter + vowel, `${letter}${vowel}${random.pick([..."nrst"])}`]),
  );
  const domain = (): string => {
    let label = "";
    for (let left = random.integer(3, 6); left > 0; left--) label += random.pick(syllables);
    return `${label}.${random.pick(TOP)}`;
  };
  const rules = Array.from({ length: ruleCount }, (_, index) =>
    ruleOf(index, kindOf(random.next()), domain()),
  );
  const names = Array.from({ length: nameCount }, () =>
    random.next() < hitShare ? hitOf(random.pick(rules)) : random.pick(BELOW) + domain(),
  );
  const starts = new Uint32Array(nameCount + 1);
  names.forEach((name, i) => {
    starts[i + 1] = starts[i]! + name.length;
  });
  return { rules, names, bytes: new TextEncoder().encode(names.join("")), starts };
}

function kindOf(draw: number): NamePattern["kind"] {
  if (draw < 0.7) return "exact";
  return draw < 0.9 ? "suffix" : draw < 0.98 ? "ends-with" : "contains";
}

function ruleOf(index: number, kind: NamePattern["kind"], domain: string): Rule {
  const text = kind === "suffix" ? `.${domain}` : domain;
  const none = { addresses: [], ports: [], protocols: [], any: false, intent: [] };
  return { id: `r${index}`, names: [{ kind, text }], ...none, action: { kind: "drop" } };
}

/** A name that the rule matches. */
function hitOf(rule: Rule): string {
  const { kind, text } = rule.names[0]!;
  if (kind === "exact") return text;
  return kind === "suffix" ? `www${text}` : kind === "ends-with" ? `my${text}` : `my${text}.net`;
}
