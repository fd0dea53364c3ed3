import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wholeStory } from "../../../test/authority/stories.ts";
import { seededRandom } from "../../base/random.ts";
import { Authority } from "./authority.ts";
import { happeningOf, happeningSchema, timelineLineSchema } from "./events.ts";
import { happeningSentence, timelineSentence } from "./sentences.ts";

const scenario = wholeStory();
const events = new Authority(scenario, seededRandom(1)).advance(scenario.endMs);
const format = readFileSync(new URL("../../../docs/format.md", import.meta.url), "utf8");
const section = format.split("## `timeline.jsonl`")[1]!.split("\n## ")[0]!;
const examples = section
  .split("\n")
  .filter((line) => line.startsWith('{"type":"timeline"'))
  .map((line) => JSON.parse(line) as Record<string, unknown>);
const kinds = happeningSchema.options.map((option) => option.shape.kind.value);

describe("the timeline", () => {
  it("holds only what its schema allows, and survives JSON", () => {
    for (const event of events) {
      const { atMs } = event;
      const line = {
        type: "timeline",
        time: new Date(atMs).toISOString(),
        packetUs: 1,
        ...happeningOf(event),
      };
      const parsed = timelineLineSchema.safeParse(JSON.parse(JSON.stringify(line)));
      expect(parsed.error?.issues ?? []).toEqual([]);
      expect(parsed.data).toEqual(happeningOf(event));
    }
  });

  it("tells of every kind in a story that has a bit of everything", () => {
    expect([...new Set(events.map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
  });

  it("has a valid example of every kind in docs/format.md", () => {
    for (const example of examples)
      expect(timelineLineSchema.safeParse(example).error?.issues ?? []).toEqual([]);
    expect([...new Set(examples.map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
  });

  it("has every kind and every field named in docs/format.md", () => {
    for (const option of happeningSchema.options) {
      for (const name of [option.shape.kind.value, ...Object.keys(option.shape)])
        expect(section, name).toContain(`\`${name}\``);
    }
  });

  it("has a sentence for everything", () => {
    for (const event of events) expect(happeningSentence(happeningOf(event))).toMatch(/^\S.{8,}[^ ]$/);
    const sentences = examples.map((example) => timelineSentence(example));
    expect(sentences).toContain("megafon device 0 installs bundle 4: twitter-throttling");
    expect(sentences).toContain(
      "LIFTED: twitter-throttling (still on 7 devices): 91 % of the content is gone",
    );
    expect(sentences).toContain("twitter: 21 new demands, 2 removed, 16 refused, 1 contested; 28,014 so far");
    expect(
      timelineSentence({ type: "timeline", time: "2021-03-10T07:00:00Z", kind: "fault-began" }),
    ).toBeUndefined();
  });
});
