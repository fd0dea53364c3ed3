/** The laboratory's commands of README.md and the recipes, typed as they stand, one after the other. */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { documentedCommands } from "../documents/commands.ts";
import { FATES } from "../documents/fates.ts";
import { Reader } from "../documents/reader.ts";
import { whyNoLab } from "./in-cell.ts";

const EVERY_MS = 1_000;
const TRIES = 5;
const noCurl = existsSync("/usr/bin/curl") ? undefined : "no curl";
const why = whyNoLab ?? noCurl;

describe.skipIf(why)(`documents${why ? ` (skipped: ${why})` : ""}`, () => {
  const reader = new Reader();
  afterAll(async () => {
    // Whatever failed: none stays.
    await reader.type("brakelight lab stop");
    reader.leave();
  });

  // `lab stop` stands in several documents: it is typed after each laboratory.
  const typed = documentedCommands().flatMap(({ text }) => {
    const fate = FATES[text];
    return fate && "run" in fate && fate.run === "laboratory" && !text.endsWith("lab stop")
      ? [[text, fate] as const]
      : [];
  });
  it("are as many as there were when this test was made, or more", () => {
    expect(typed.length).toBeGreaterThanOrEqual(9);
  });

  it.each(typed)("%s", async (text, { says, adds = "" }) => {
    if (text.includes("lab start")) await reader.type("brakelight lab stop");
    let last = { code: -1 as number | null, said: "" };
    for (let tries = 0; tries < TRIES; tries++) {
      last = await reader.type(`${text} ${adds}`);
      if (last.code === 0 && says.test(last.said)) break;
      // Orders reach boxes some scenario minutes later.
      await sleep(EVERY_MS);
    }
    expect(last.said).toMatch(says);
    expect(last.code, last.said).toBe(0);
  });

  it("brakelight lab stop", async () => {
    expect(await reader.type("brakelight lab stop")).toMatchObject({
      code: 0,
      said: expect.stringMatching(/ended/),
    });
    expect((await reader.type("brakelight lab stop")).said).not.toMatch(/ended/);
  });
});
