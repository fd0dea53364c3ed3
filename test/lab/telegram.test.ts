/**
 * Telegram 2018: what blocking by address does to others, on the network and as predicted from the list alone; and the
 * app that moves on until the ban is given up.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AddressLine } from "./address-trial.ts";
import { runInCell, whyNoLab } from "./in-cell.ts";
import { jsonLines, newFolder, runProgram } from "./lab-command.ts";
import { onQuietMachine } from "./quiet-machine.ts";

const OWN = /telegram/;

describe.skipIf(whyNoLab)(`blocking by address${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  it("hits thousands of unrelated sites, exactly those that the list's collateral names", (context) =>
    onQuietMachine(context, async () => {
      const seen = await runInCell<AddressLine>("address-trial.ts", {
        scenario: "telegram-2018",
        rules: ["telegram-own", "cloud-first", "cloud-second"],
        network: "mts",
        client: "mts-phone",
      });
      // 2,800 of others, Telegram's own and a control: every site is told of.
      expect(seen).toHaveLength(2805);
      const failed = seen
        .filter(({ isReached, site }) => !isReached && !OWN.test(site))
        .map(({ site }) => site);
      expect(failed.length).toBeGreaterThanOrEqual(2000);
      expect(seen.some(({ isReached, site }) => isReached && site.includes("cloud-two"))).toBe(true);

      const folder = newFolder();
      const [rules, names, hosting] = ["rules.yaml", "names.csv", "hosting.csv"].map((name) =>
        join(folder, name),
      );
      writeFileSync(
        rules!,
        "action: drop\nrules:\n" +
          ["100.64.0.0/16", "100.65.0.0/22", "100.66.0.0/23"]
            .map((prefix, index) => `  - {id: r${index}, for: telegram.org, addresses: ${prefix}}\n`)
            .join(""),
      );
      writeFileSync(names!, seen.map(({ site }, index) => `${index + 1},${site}\n`).join(""));
      writeFileSync(
        hosting!,
        `name,address\n${seen.map(({ site, address }) => `${site},${address}\n`).join("")}`,
      );
      const { code, out } = await runProgram(
        ...["rules", "collateral", "--rules", rules!, "--names", names!, "--hosting", hosting!, "--json"],
      );
      expect(code).toBe(0);
      const predicted = jsonLines(out).flatMap(({ type, name }) =>
        type === "collateral" ? [String(name)] : [],
      );
      expect(predicted.filter((name) => !OWN.test(name)).sort()).toEqual(failed.sort());
    }));
});
