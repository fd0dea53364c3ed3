/**
 * The pages in a real Chromium, against real servers: what a picture shows is what the API says, nothing else is asked,
 * everybody can use them. Screenshots: test/browser/.screenshots.
 */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { english } from "../../dashboard/words/english.ts";
import { RECONSTRUCTION } from "../../src/incident/incident-sentences.ts";
import { barriersOf, openPage, shoot, startChromium, type Watched } from "./chromium.ts";
import { EXPLAINED, type ServedStore, servedCrowd, servedEmpty, servedPlay } from "./served-stores.ts";

const browser: Browser | undefined = await startChromium();
const MOST_FIRST_VIEW = 200_000;

describe.skipIf(browser === undefined)("the pages", () => {
  let lab: ServedStore;
  let crowd: ServedStore;
  let id: string;
  beforeAll(async () => {
    [lab, crowd] = await Promise.all([servedPlay(), servedCrowd()]);
    const { results } = await lab.api("/api/v1/incidents");
    id = results.find(({ kind }: { kind: string }) => kind === "outage").id;
  });
  afterAll(async () => {
    await Promise.all([lab?.stop(), crowd?.stop(), browser?.close()]);
  });

  const open = async (url: string, options = {}): Promise<Watched> => {
    const watched = await openPage(browser!, options);
    await watched.page.goto(url);
    await watched.page.locator("figure svg, .list li, table").first().waitFor();
    return watched;
  };
  const done = async ({ page, hosts, complaints }: Watched): Promise<void> => {
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(page.url()).host]);
    await page.context().close();
  };

  test("the matrix shows each cell of the API's answer once, in its state", async () => {
    const watched = await open(`${lab.url}/`);
    const { page } = watched;
    expect(await watched.bytes()).toBeGreaterThan(1_000);
    const { results } = await lab.api("/api/v1/pairs?grain=all&by=network");
    const shown = await page
      .locator("[data-picture=matrix] [data-cells]")
      .evaluateAll((paths) => paths.map((path) => Number(path.getAttribute("data-cells"))));
    expect(shown.reduce((sum, one) => sum + one, 0)).toBe(results.length);
    const rows = await tableOf(page, "matrix");
    expect(rows.map(([network, target, , n, failed, , slow]) => [network, target, n, failed, slow])).toEqual(
      results.map((row: Record<string, unknown>) =>
        [row["probe_asn"], row["domain"], row["measurements"], row["failed"], row["slow"]].map(String),
      ),
    );
    // What the scenario orders: Twitter's names are throttled, others are not.
    expect(
      rows.filter(([, target, state]) => target === "vk.com" && state === english.overview.cells.throttled),
    ).toEqual([]);
    expect(
      rows.filter(
        ([, target, state]) => target === "abs.twimg.com" && state === english.overview.cells.throttled,
      ).length,
    ).toBeGreaterThan(0);
    // A network by its name, as far as there is room, and its number.
    const { results: networks } = await lab.api("/api/v1/networks");
    await page.waitForLoadState("networkidle");
    const drawing = (await page.locator("[data-picture=matrix] svg").first().textContent())!;
    const named = networks.filter(
      ({ networkName, asn }: { networkName?: string; asn?: number }) =>
        networkName !== undefined &&
        results.some((row: Record<string, unknown>) => row["probe_asn"] === `AS${asn}`),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const { networkName, asn } of named)
      expect(drawing).toMatch(new RegExp(`${networkName.slice(0, 4)}[^()]* \\(AS${asn}\\)`));
    await shoot(page, "overview");
    await done(watched);
  });

  test.each(["en", "ru"] as const)(
    "of an empty store the overview says what to do, and no dates (%s)",
    async (lang) => {
      const empty = await servedEmpty();
      const watched = await openPage(browser!);
      const { page } = watched;
      await page.goto(`${empty.url}/?lang=${lang}`);
      await page.locator("main").getByText("brakelight import").waitFor();
      await page.waitForLoadState("networkidle");
      expect(await page.locator("main").innerText()).not.toMatch(/19\d\d-|\b20\d\d-/);
      expect(await page.locator("main h2").count()).toBe(0);
      await shoot(page, `empty-${lang}`);
      await done(watched);
      await empty.stop();
    },
  );

  test("cells of the matrix are told one by one, by keys and by a finger", async () => {
    const { results } = await lab.api("/api/v1/pairs?grain=all&by=network");
    const { results: networks } = await lab.api("/api/v1/networks");
    const rowOf = (said: string) =>
      results.find(
        (row: Record<string, unknown>) =>
          new RegExp(`\\b${row["probe_asn"]}\\b`).test(said) && said.includes(` ${row["domain"]}: `),
      );
    const expectTold = (said: string): void => {
      const row = rowOf(said);
      expect(said).toContain(`n = ${row.measurements.toLocaleString("en")}`);
      expect(said).toContain(`${row.slow} of ${row.slow + row.fast} pairs`);
      expect(said).toContain(
        `${row.failed.toLocaleString("en")} of ${row.measurements.toLocaleString("en")} attempts`,
      );
      const known = networks.find(({ asn }: { asn?: number }) => `AS${asn}` === row.probe_asn);
      if (known?.networkName) expect(said).toContain(`${known.networkName} (${row.probe_asn}), `);
    };
    const watched = await open(`${lab.url}/`);
    const { page } = watched;
    const status = page.locator(".cell-reader [role=status]");
    await page.waitForLoadState("networkidle");
    const button = page.locator(".cell-reader button").first();
    await button.press("ArrowRight");
    const first = (await status.textContent())!;
    expectTold(first);
    await button.press("ArrowRight");
    const second = (await status.textContent())!;
    expectTold(second);
    expect(rowOf(second).probe_asn).toBe(rowOf(first).probe_asn);
    expect(rowOf(second).domain).not.toBe(rowOf(first).domain);
    expect(await barriersOf(page)).toEqual([]);
    await button.press("Enter");
    await page.waitForURL(`**/targets/${rowOf(second).domain}?asn=${rowOf(second).probe_asn}`);
    await done(watched);
    const phone = await open(`${lab.url}/`, {
      viewport: { width: 390, height: 800 },
      hasTouch: true,
      isMobile: true,
    });
    // Names of networks that come later draw it anew.
    await phone.page.waitForLoadState("networkidle");
    const cells = phone.page.locator("[data-picture=matrix] [data-state=ok][data-cells]");
    await cells.scrollIntoViewIfNeeded();
    const box = (await cells.boundingBox())!;
    const told = phone.page.locator(".cell-reader [role=status]");
    const heads = await phone.page
      .locator("[data-picture=matrix] [data-column]")
      .evaluateAll((all) => all.map((head) => head.getAttribute("data-column")));
    expect(new Set(heads)).toEqual(new Set(results.map(({ domain }: { domain: string }) => domain)));
    // Its first mark, which lies at its left edge or to the right of it.
    for (let x = box.x + 1; x < box.x + box.width && (await told.textContent()) === ""; x += 4)
      await phone.page.touchscreen.tap(x, box.y + 2);
    expectTold((await told.textContent())!);
    expect(new URL(phone.page.url()).pathname).toBe("/");
    await done(phone);
  });

  test("the first view comes in less than 200 kB", async () => {
    for (const store of [lab, crowd]) {
      const watched = await open(`${store.url}/`);
      await watched.page.locator("section h2").first().waitFor();
      expect(await watched.bytes()).toBeLessThan(MOST_FIRST_VIEW);
      await done(watched);
    }
  });

  test("incidents are called by their names in the order of their sentences", async () => {
    const watched = await open(`${lab.url}/incidents`);
    const listed = await watched.page.locator(".list li strong").allInnerTexts();
    const { results } = await lab.api("/api/v1/incidents");
    const { origin, sentence } = results.find(({ kind }: { kind: string }) => kind === "throttling");
    expect(origin).toBe("simulated");
    const names = sentence.slice(RECONSTRUCTION.length).split(" were slowed down")[0];
    expect(names).toMatch(/ and \d+ more$/);
    expect(listed).toContain(english.incident.headline(names, english.kinds.throttling));
    await done(watched);
  });

  test("an incident shows its course, its answers and its evidence as the record has them", async () => {
    const watched = await open(`${lab.url}/incidents/${id}`);
    const { page } = watched;
    const record = await lab.api(`/api/v1/incidents/${id}`);
    const [main] = record.findings;
    for (const { question, answers, evidence } of main.attributions) {
      const bars = page.locator(`[data-picture=${question}] [data-probability]`);
      expect(
        await bars.evaluateAll((all) => all.map((bar) => Number(bar.getAttribute("data-probability")))),
      ).toEqual(answers.map(({ probability }: { probability: number }) => probability));
      for (const { says } of evidence)
        expect(await page.getByText(says, { exact: true }).count()).toBeGreaterThan(0);
    }
    const rows = await tableOf(page, "course");
    const bins = rows.filter(([, , lane]) => lane === english.incident.course.lanes.measurements);
    expect(bins.map(([from, , , troubles, votes]) => [from, Number(troubles), Number(votes)])).toEqual(
      record.course.map(({ from, troubles, votes }: Record<string, unknown>) => [from, troubles, votes]),
    );
    expect(rows.length).toBe(record.course.length + record.findings.length + record.timeline.length);
    expect(await page.locator("[data-picture=course] svg").first().textContent()).toContain("SIMULATED");
    await shoot(page, "incident");
    await done(watched);
  });

  test("factors of the impact are the reader's: with all four there is a product, with one missing none", async () => {
    const watched = await open(`${lab.url}/incidents/${id}`);
    const { page } = watched;
    const fields = page.locator("section.around input");
    const values = ["690000", "690000", "0.5", "0.5", "0.1", "0.2", "1", "1"];
    for (const [at, value] of values.entries()) await fields.nth(at).fill(value);
    // 690,000 x 0.5 x 0.1 and x 0.2
    expect(await page.locator("[data-impact=estimated]").textContent()).toContain("34,500 to 69,000 people");
    await fields.nth(4).fill("");
    expect(await page.locator("[data-impact]").getAttribute("data-impact")).toBe("absent");
    await done(watched);
  });

  test("shares of targets say of how many", async () => {
    const watched = await open(`${lab.url}/targets`);
    const { page } = watched;
    const { results } = await lab.api("/api/v1/pairs?grain=all&by=network&domain=abs.twimg.com");
    const sum = (name: string): number =>
      results.reduce((all: number, row: Record<string, number>) => all + row[name]!, 0);
    const row = page.locator("tbody tr").filter({ hasText: "abs.twimg.com" });
    const cells = (await row.locator("td").allInnerTexts()).map((cell) => cell.replace(/,/g, ""));
    const [n, slow, judged, failed] = [
      sum("measurements"),
      sum("slow"),
      sum("slow") + sum("fast"),
      sum("failed"),
    ];
    expect(cells.slice(0, 2)).toEqual([String(n), String(sum("pairs"))]);
    expect(cells[2]).toMatch(
      new RegExp(`^${Math.round((100 * slow) / judged)}% \\(${slow} of ${judged}\\)$`),
    );
    expect(cells[3]).toContain(`(${failed} of ${n})`);
    expect(await barriersOf(page)).toEqual([]);
    await done(watched);
  });

  test("a target's course and hours are the API's, and the CSV is its rows", async () => {
    const watched = await open(`${crowd.url}/targets/abs.twimg.com`);
    const { page } = watched;
    await page.locator("[data-picture=hours] svg").first().waitFor();
    const { results } = await crowd.api("/api/v1/pairs?grain=hour&by=everything&domain=abs.twimg.com");
    const cells = await page
      .locator("[data-picture=hours] [data-ratio]")
      .evaluateAll((all) => all.map((cell) => Number(cell.getAttribute("data-ratio"))));
    const ratios = results.flatMap(({ ratio_p50 }: { ratio_p50?: number }) => ratio_p50 ?? []);
    expect(cells.sort()).toEqual([...ratios].sort());
    const download = page.waitForEvent("download");
    await page.locator("[data-picture=course]").getByRole("button", { name: "CSV" }).click();
    const lines = readFileSync(await (await download).path(), "utf8")
      .trimEnd()
      .split("\r\n");
    expect(lines[0]!.split(",")).toEqual(Object.values(english.pairs.course.columns));
    expect(lines.slice(1).map((line) => line.split(",").slice(0, 4))).toEqual(
      results.map((row: Record<string, unknown>) =>
        [row["from"], row["measurements"], row["pairs"], row["slow"]].map(String),
      ),
    );
    await shoot(page, "target");
    await done(watched);
  });

  test("a picture becomes a PNG of twice its size, and an SVG that says what it is about", async () => {
    const watched = await open(`${crowd.url}/targets/abs.twimg.com`);
    const { page } = watched;
    const figure = page.locator("[data-picture=course]");
    const saved = async (name: string): Promise<Buffer> => {
      const download = page.waitForEvent("download");
      await figure.getByRole("button", { name, exact: true }).click();
      return readFileSync(await (await download).path());
    };
    const png = await saved("PNG");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(1920);
    const svg = (await saved("SVG")).toString();
    expect(svg).toContain("abs.twimg.com");
    expect(svg).not.toContain("SIMULATED");
    expect(svg).not.toMatch(/<(style|script)\b/);
    await done(watched);
  });

  test("a measurement shows what its transfers reached", async () => {
    const { results } = await lab.api("/api/v1/measurements?limit=50&domain=abs.twimg.com");
    const uid = results[0].measurement_uid;
    const watched = await open(`${lab.url}/measurements/${uid}`);
    const raw = await lab.api(`/api/v1/raw_measurement?measurement_uid=${uid}`);
    const rows = await tableOf(watched.page, "speeds");
    expect(rows.map((row) => row[3])).toEqual(
      raw.observations.map(({ goodputBps }: { goodputBps?: number }) =>
        goodputBps === undefined ? "" : String(goodputBps),
      ),
    );
    await shoot(watched.page, "measurement");
    await done(watched);
  });

  test("what the judges say is Russian on a Russian page", async () => {
    const watched = await open(`${lab.url}/incidents/${id}?lang=ru`);
    const { page } = watched;
    await page.locator("main span[lang=ru]").first().waitFor();
    const left = await page.locator("main span[lang=en]").allInnerTexts();
    expect(left).toEqual([]);
    expect(await page.locator("main").innerText()).not.toMatch(/\b(?:networks|affected|missing|measured)\b/);
    await shoot(page, "incident-ru");
    await done(watched);
  });

  test("an explained measurement shows its ladder, its trigger and what gets past it", async () => {
    const { ladder, bypass, measurementId } = EXPLAINED;
    const watched = await open(`${lab.url}/measurements/${measurementId}`);
    const { page } = watched;
    expect((await tableOf(page, "place")).filter(([, , acted]) => acted !== "")).toEqual(
      ladder!.map(({ hopLimit, acted, passed, unsure, router = "" }) =>
        [hopLimit, hopLimit === 3, acted, passed, unsure, router].map(String),
      ),
    );
    expect(Object.fromEntries(await tableOf(page, "bypass"))).toEqual(
      Object.fromEntries(Object.entries(bypass!).map(([way, isFree]) => [way, String(isFree)])),
    );
    // Downloads and uploads do not share axes; the ones of most samples come first.
    const said = english.measurement.bytes;
    const moved = page.locator("[data-picture=bytes]");
    const ways = async (): Promise<string[][]> =>
      (await moved.locator("tbody tr").allInnerTexts()).map((row) => row.split("\t").slice(2, 4));
    await moved.locator(".tools button").first().click();
    expect(await ways()).toEqual(Array(7).fill(["control-server", "down"]));
    await page.locator("main .fields select").selectOption("control-server.up");
    await moved.locator("tbody tr").nth(2).waitFor({ state: "detached" });
    expect(await ways()).toEqual(Array(2).fill(["control-server", "up"]));
    expect(await moved.locator("svg").first().textContent()).toContain(said.directions.up);
    expect(await page.locator("main").innerText()).toContain("*t.co*");
    expect(await barriersOf(page)).toEqual([]);
    await shoot(page, "measurement-explained");
    await done(watched);
  });

  test.each(["light", "dark"] as const)("axe finds nothing serious in %s", async (colorScheme) => {
    const pages = [
      "/",
      "/incidents",
      `/incidents/${id}`,
      "/targets",
      "/targets/abs.twimg.com",
      "/networks/AS8492",
    ];
    const watched = await open(`${lab.url}/`, { colorScheme });
    const { page } = watched;
    for (const path of pages) {
      await page.goto(`${lab.url}${path}`);
      await page.locator("figure svg, .list li, table").first().waitFor();
      expect([path, ...(await barriersOf(page))]).toEqual([path]);
    }
    await shoot(page, `network-${colorScheme}`);
    await done(watched);
  });

  test("in Russian no sentence of the English catalogue is left", async () => {
    const watched = await open(`${lab.url}/incidents/${id}?lang=ru`);
    const { page } = watched;
    const sentences = sentencesOf(english).filter((text) => /[a-z]{3,} [a-z]{2,}/.test(text));
    expect(sentences.length).toBeGreaterThan(60);
    for (const path of ["", "/", "/targets/abs.twimg.com?lang=ru", "/targets?lang=ru"]) {
      if (path !== "") await page.goto(`${lab.url}${path.includes("?") ? path : `${path}?lang=ru`}`);
      await page.locator("figure svg, .list li, table").first().waitFor();
      const text = await page.evaluate(() => {
        const copy = document.body.cloneNode(true) as HTMLElement;
        // What the server says in English is marked so.
        for (const foreign of copy.querySelectorAll("[lang=en]")) foreign.remove();
        return copy.textContent ?? "";
      });
      expect(await page.locator("html").getAttribute("lang")).toBe("ru");
      expect(sentences.filter((sentence) => text.includes(sentence))).toEqual([]);
    }
    await shoot(page, "russian");
    await done(watched);
  });

  test("the keyboard reaches every control", async () => {
    const watched = await open(`${lab.url}/targets/abs.twimg.com`);
    const { page } = watched;
    await page.locator("[data-picture=hours] svg").first().waitFor();
    const count = await page.evaluate(() => {
      const all = document.querySelectorAll("a[href], button, select, input, textarea");
      for (const [at, one] of all.entries()) one.setAttribute("data-at", String(at));
      return all.length;
    });
    const reached = new Set<string>();
    for (let step = 0; step < 4 * count && reached.size < count; step++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => document.activeElement?.getAttribute("data-at") ?? undefined);
      if (at !== undefined) reached.add(at);
    }
    expect(reached.size).toBe(count);
    await done(watched);
  });

  test("on a phone nothing scrolls sideways", async () => {
    const watched = await open(`${lab.url}/`, { viewport: { width: 360, height: 740 } });
    const { page } = watched;
    for (const [name, path] of [
      ["overview", "/"],
      ["incident", `/incidents/${id}`],
      ["target", "/targets/abs.twimg.com"],
      ["targets", "/targets"],
    ] as const) {
      await page.goto(`${lab.url}${path}`);
      await page.locator("figure svg, .list li, table").first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(await page.locator("body").textContent()).toContain("SIMULATED");
      await shoot(page, `phone-${name}`);
    }
    await done(watched);
  });

  test("an embedded picture can stand in somebody's page, and a page cannot", async () => {
    const frames = ["/embed/targets/abs.twimg.com?picture=course", "/targets/abs.twimg.com"];
    const host: Server = createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(
        frames.map((path) => `<iframe src="${lab.url}${path}" width="900" height="600"></iframe>`).join(""),
      );
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    const watched = await openPage(browser!);
    const { page } = watched;
    await page.goto(`http://127.0.0.1:${(host.address() as AddressInfo).port}/`);
    const [allowed, refused] = [page.frameLocator("iframe").nth(0), page.frames()];
    await allowed.locator("[data-picture=course] svg").first().waitFor();
    expect(await allowed.locator("figure").count()).toBe(1);
    expect(await allowed.locator("header").count()).toBe(0);
    const other = refused.find(
      (frame) => frame.url().includes("chrome-error") || frame.url().endsWith(frames[1]!),
    );
    expect(await other?.locator("figure").count()).toBe(0);
    await page.context().close();
    await new Promise((resolve) => host.close(resolve));
  });
});

/** The rows of a picture's table, as it shows them, without the mark of a simulation. */
async function tableOf(page: Page, picture: string): Promise<string[][]> {
  const figure = page.locator(`[data-picture=${picture}]`);
  await figure.locator("svg").first().waitFor();
  await figure.locator(".tools button").first().click();
  return figure
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent ?? "")),
    );
}

/** Every text of the catalogue that is no function. */
function sentencesOf(part: unknown): string[] {
  if (typeof part === "string") return [part];
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(sentencesOf) : [];
}
