/** The demo as a newcomer runs it: the phone behind the box, and sealed cases of which the tester knows what they are. */
import { describe, expect, it } from "vitest";
import { atTerminal, whyNoTerminal } from "./at-terminal.ts";
import { whyNoLab } from "./in-cell.ts";
import { jsonLines, runProgram } from "./lab-command.ts";
import { onQuietMachine } from "./quiet-machine.ts";

/** 383 kB at 130 to 150 kbit/s: Xue et al., IMC 2021. The visit's own steps before the transfer take less than a second. */
const PAPER_S = [20.4, 24.6] as const;

describe.skipIf(whyNoLab)(`demo${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  it("act 1: 22 seconds, under one, 22 seconds, and why", (context) =>
    onQuietMachine(context, async () => {
      const { out, code, words } = await runProgram("demo", "--act", "1");
      expect(code, words).toBe(0);
      const seconds = new Map(
        [...out.matchAll(/^ {2}(\S+): (\d+\.\d) s$/gm)].map(([, site, s]) => [site!, Number(s)]),
      );
      for (const site of ["twitter.com", "reddit.com"]) {
        expect(seconds.get(site), out).toBeGreaterThanOrEqual(PAPER_S[0]);
        expect(seconds.get(site), out).toBeLessThanOrEqual(PAPER_S[1]);
      }
      expect(seconds.get("example.org"), out).toBeLessThan(1);
      expect(out).toMatch(/SIMULATED: reddit\.com is throttled: policed at 1[34]\d kbit\/s/);
      expect(out).toMatch(/the pattern is \*t\.co\*/);
      expect(out).toMatch(/place: throttler at hop 3/);
      expect(out).toMatch(/Who else is hit.*microsoft\.com.*; not .*vk\.com/);
    }));

  it("act 2: seals before, answers from the packets, and what they were after", (context) =>
    onQuietMachine(context, async () => {
      const kinds = ["--kind", "policed", "--kind", "healthy"];
      const { out, words } = await runProgram(
        "demo",
        "--blind",
        "--cases",
        "2",
        "--seed",
        "7",
        ...kinds,
        "--json",
      );
      const cases = jsonLines(out).filter(({ type }) => type === "demo-case");
      expect(Object.fromEntries(cases.map(({ kind, answer }) => [kind, answer])), words).toEqual({
        policed: "policed",
        healthy: "unimpeded",
      });
      expect(jsonLines(out).at(-1)).toMatchObject({ type: "demo-score", right: 2, falselyThrottled: 0 });
    }));

  it("refuses what there is not, in one line", async () => {
    for (const words of [
      ["--kind", "magic"],
      ["--act", "4"],
      ["--backend", "paper"],
    ]) {
      const { code, words: said } = await runProgram("demo", "--blind", ...words);
      expect([code, said.trim().split("\n").length]).toEqual([1, 1]);
    }
  });

  it.skipIf(whyNoTerminal)("s skips an act, and the next begins", async () => {
    const { code, said, processes, files } = await atTerminal(
      ["demo", "--act", "1", "--act", "2", "--cases", "1"],
      [
        { when: "The same picture", key: "s" },
        { when: "before anything is measured", key: "s" },
      ],
    );
    expect(said).toMatch(/Act 1\.[\s\S]*Skipped\.[\s\S]*Act 2\.[\s\S]*Skipped\./);
    expect(said).not.toContain("Why is reddit.com slow");
    expect({ code, processes, ...leftBy(files) }).toEqual(NOTHING_LEFT(0));
  });

  it.skipIf(whyNoTerminal)("Ctrl-C ends it and leaves no process, laboratory or folder", async () => {
    const { code, said, processes, files } = await atTerminal(
      ["demo", "--act", "1"],
      [{ when: "The same picture", key: "\x03" }],
    );
    expect(said).not.toContain("Why is reddit.com slow");
    expect({ code, processes, ...leftBy(files) }).toEqual(NOTHING_LEFT(130));
  });
});

/** The folder in which laboratories lie stays, empty: every one of this user uses it. */
function leftBy(files: readonly string[]): { files: readonly string[] } {
  return { files: files.filter((name) => !/^brakelight-\d+$/.test(name)) };
}

const NOTHING_LEFT = (code: number) => ({ code, processes: [], files: [] });
