/** The rules page in a real Chromium: what it shows is what `rules collateral --json` says of the same files. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROGRAM } from "../program.ts";
import { Running } from "../server/running.ts";
import { look, openAt, PAGES, startChromium } from "./chromium.ts";

const HOOK_MS = 120_000;
/** The list of 10 March 2021 and of the day after (throttling-facts: Xue et al., IMC 2021). */
const list = (pattern: string): string => `name: march
action: { kind: police, rate: 146 kbit/s }
rules:
  - id: t-co
    for: [t.co]
    names: ["${pattern}"]
  - id: twitter
    for: [twitter.com]
    names: ["*twitter.com"]
`;
const NAMES = [
  "1,www.microsoft.com",
  "2,reddit.com",
  "3,twitter.com",
  "4,rt.com",
  "5,t.co",
  "6,throttletwitter.com",
  "9,example.org",
].join("\n");

const browser = await startChromium();
const here = describe.skipIf(browser === undefined);
let running: Running;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rules-page-"));
  running = await Running.start({ pagesFolder: PAGES });
  writeFileSync(join(folder, "now.yaml"), list("t.co"));
  writeFileSync(join(folder, "before.yaml"), list("*t.co*"));
  writeFileSync(join(folder, "names.csv"), NAMES);
}, HOOK_MS);
afterAll(async () => {
  await browser?.close();
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
}, HOOK_MS);

interface Told {
  readonly type: string;
  readonly name: string;
  readonly rule: string;
  readonly change?: string;
  readonly collateral: number;
  readonly names: number;
  readonly share: number;
}

/** Records of `rules collateral --json`, of several forms. */
function told(...words: string[]): Told[] {
  const names = join(folder, "names.csv");
  const args = [PROGRAM, "rules", "collateral", "--names", names, "--at", "2021-03-11", "--json", ...words];
  return execFileSync(process.execPath, args, { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
}

async function work(page: Page): Promise<void> {
  await page.getByLabel("At (UTC").fill("2021-03-11T00:00");
  await page.getByRole("button", { name: "Work it out" }).click();
  await page.locator("[data-found]").waitFor();
}

const names = (page: Page): Promise<string[]> =>
  page.locator("table[data-names] tbody tr td:nth-child(2)").allTextContents();

here("the rules page", () => {
  it("says of a pasted list what the command says, with the rule that matches and why", async () => {
    const { page, complaints } = await openAt(browser!, `http://127.0.0.1:${running.server.port}/rules`);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.getByLabel("Rule list", { exact: true }).fill(list("*t.co*"));
    await page.getByLabel("Names", { exact: true }).fill(NAMES);
    await work(page);
    const records = told("--rules", join(folder, "before.yaml"));
    const expected = records.filter(({ type }) => type === "collateral");
    const summary = records.at(-1)!;
    expect(await names(page)).toEqual(expected.map(({ name }) => name));
    expect(await page.locator("table[data-names] tbody tr td:nth-child(4)").allTextContents()).toEqual(
      expected.map(({ rule }) => rule),
    );
    expect(await page.locator("[data-found]").textContent()).toContain(
      `${summary.collateral} of ${summary.names} names are hit beyond the intent: ${(100 * summary.share).toPrecision(3)}%`,
    );
    expect(await page.getByText("reddi[t.co]m").count()).toBe(1);
    expect(await page.locator('[data-picture="rules"] .drawing > svg').count()).toBe(1);
    // The worker's own file, and nothing of what was pasted.
    expect(asked.filter((path) => !path.startsWith("/assets/"))).toEqual([]);
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).last().click();
    const rows = readFileSync(await (await waiting).path(), "utf8")
      .trim()
      .split("\r\n");
    expect(rows.length).toBe(1 + expected.length);
    expect(await look(page, "rules-light")).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("compares two versions from files: what is freed is what the command says", async () => {
    const { page } = await openAt(browser!, `http://127.0.0.1:${running.server.port}/rules`, {
      ...{ colorScheme: "dark", viewport: { width: 360, height: 740 } },
    });
    for (const [label, file] of [
      ["Rule list", "now.yaml"],
      ["An earlier version", "before.yaml"],
      ["Names", "names.csv"],
    ])
      await page.getByLabel(`A file for: ${label}`).setInputFiles(join(folder, file!));
    await work(page);
    const records = told("--rules", join(folder, "now.yaml"), "--compare", join(folder, "before.yaml"));
    const of = (change: string): string[] =>
      records.filter((one) => one.type === "collateral" && one.change === change).map(({ name }) => name);
    expect(await page.locator("[data-change]").getAttribute("data-change")).toBe(
      [of("freed"), of("added"), of("kept")].map(({ length }) => length).join(" "),
    );
    expect(await names(page)).toEqual([...of("freed"), ...of("added"), ...of("kept")]);
    expect(of("freed")).toContain("reddit.com");
    expect(await look(page, "rules-dark-phone")).toEqual([]);
    await page.context().close();
  });

  it("says what is wrong with a list, and goes on", async () => {
    const { page } = await openAt(browser!, `http://127.0.0.1:${running.server.port}/rules`);
    await page.getByLabel("Rule list", { exact: true }).fill("rules:\n  - id: x\n    nimes: [a]\n");
    await page.getByRole("button", { name: "Work it out" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("no rule in it can be read (line ");
    await page.getByLabel("Rule list", { exact: true }).fill("twitter.com\nt.co\n");
    await work(page);
    expect(await page.locator("[data-found]").getAttribute("data-found")).toBe("0");
    await page.context().close();
  });
});
