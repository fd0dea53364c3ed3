/**
 * The laboratory page in a real Chromium over a laboratory made of relays, so that it runs anywhere: what the page shows is
 * what the API and the laboratory's own records say; without the token, or without --lab, nothing is done.
 */
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { labFolder, runningLabs } from "../../src/lab/control/lab-record.ts";
import type { LaboratoryDoor } from "../../src/server/laboratory/laboratory-door.ts";
import { Running } from "../server/running.ts";
import { look, openAt, PAGES, startChromium } from "./chromium.ts";

const HOOK_MS = 120_000;
const PATIENCE = { timeout: 45_000 };
const VISIT_MS = 2_500;
/** 44 s where two cores are shared with others; it is a limit, not an expectation. */
const STORY_MS = 180_000;
/** As built: a laboratory's own processes are plain JavaScript. */
const BUILT = new URL("../../dist/cli/serve-lab.js", import.meta.url).href;
const bearer = { authorization: "Bearer operator" };

const browser = await startChromium();
const here = describe.skipIf(browser === undefined);
let running: Running;
let door: LaboratoryDoor;
/** However a test ends, the next one finds none running. */
afterEach(() => door.stop(), HOOK_MS);
beforeAll(async () => {
  const { laboratoryDoor } = (await import(BUILT)) as typeof import("../../src/cli/serve-lab.ts");
  door = laboratoryDoor(VISIT_MS);
  running = await Running.start({ pagesFolder: PAGES, laboratory: door });
}, HOOK_MS);
afterAll(async () => {
  await browser?.close();
  await running?.stop();
}, HOOK_MS);

const post = (path: string, body: object, headers: Record<string, string> = bearer) =>
  running.ask(`/api/v1/lab/${path}`, { body, headers: { "content-type": "application/json", ...headers } });

here("the laboratory's paths", () => {
  it("need the token, a listed scenario and this origin", async () => {
    expect((await running.ask("/api/v1/lab")).status).toBe(401);
    expect((await post("start", { scenario: "healthy" }, {})).status).toBe(401);
    expect((await post("start", { scenario: "../../etc/x" })).status).toBe(400);
    expect((await post("start", { scenario: "nothing-such" })).status).toBe(409);
    expect(
      (await post("start", { scenario: "healthy" }, { ...bearer, origin: "https://evil.example" })).status,
    ).toBe(403);
    expect((await post("visit", { client: "phone", site: "x" })).json.error).toContain("no laboratory runs");
    expect((await running.ask("/api/v1/lab", { headers: bearer })).headers["x-brakelight-simulated"]).toBe(
      "SIMULATED",
    );
  });

  it("do not exist without --lab", async () => {
    const without = await Running.start({ pagesFolder: PAGES });
    expect((await without.ask("/api/v1/lab", { headers: bearer })).status).toBe(404);
    const { page } = await openAt(browser!, `http://127.0.0.1:${without.server.port}/laboratory`);
    await page.getByText("This server has no laboratory").waitFor();
    await page.context().close();
    await without.stop();
  });
});

here("the laboratory page", () => {
  it(
    "plays a scenario: an order slows a site, the verdict follows from what clients measure, a lift frees it",
    async () => {
      const { page } = await openAt(browser!, `http://127.0.0.1:${running.server.port}/laboratory`);
      await page.getByLabel("The token").fill("wrong");
      await page.getByRole("button", { name: "Open" }).click();
      await page.getByText("That is not the token.").waitFor();
      await page.getByLabel("The token").fill("operator");
      await page.getByRole("button", { name: "Open" }).click();
      await page.getByLabel("Scenario").waitFor();
      const listed = (await running.ask("/api/v1/lab", { headers: bearer })).json.scenarios;
      expect(await page.getByLabel("Scenario").locator("option").count()).toBe(listed.length);
      expect(await look(page, "laboratory-start")).toEqual([]);

      // Three hours of roll-out in three seconds; the page itself takes whatever backend there is.
      expect((await post("start", { scenario: "escalation", speed: 3600, backend: "relay" })).status).toBe(
        200,
      );
      await page.locator("[data-lab]").waitFor(PATIENCE);
      expect((await post("start", { scenario: "healthy" })).status).toBe(409);

      await page.getByRole("combobox", { name: "the site", exact: true }).selectOption("letters.example");
      await page.getByRole("button", { name: "Issue it" }).click();
      const order = page.locator("[data-orders] li", { hasText: "letters.example" });
      await order.waitFor();
      const id = (await order.locator("strong").textContent())!;
      const follows = page.locator("[data-boxes] tbody tr", { hasText: id });
      await follows.nth(2).waitFor(PATIENCE);
      const status = (await running.ask("/api/v1/lab/status", { headers: bearer })).json;
      const has = status.devices.filter(({ orders }: { orders: string[] }) => orders.includes(id));
      expect(await follows.count()).toBe(has.length);

      await page.getByRole("combobox", { name: "Site", exact: true }).selectOption("letters.example");
      await page.getByRole("combobox", { name: "beside", exact: true }).selectOption("example.org");
      await page.getByRole("button", { name: "Measure in turn" }).click();
      const row = page.locator('[data-client="phone"]');
      await row.locator('[data-verdict="throttled"]').waitFor(PATIENCE);
      expect(await row.locator("[data-truth]").getAttribute("data-truth")).toBe("throttled");
      const { troubles } = (await running.ask("/api/v1/lab/status", { headers: bearer })).json;
      expect(troubles).toContainEqual(
        expect.objectContaining({ client: "phone", site: "letters.example", state: "throttled" }),
      );
      expect(await page.locator('[data-picture="laboratory-speeds"] .drawing > svg').textContent()).toContain(
        "SIMULATED",
      );
      expect(await look(page, "laboratory-throttled")).toEqual([]);

      await order.getByRole("button", { name: /^Lift / }).click();
      await order.waitFor({ state: "detached", ...PATIENCE });
      await row.locator('[data-verdict="ok"]').waitFor(PATIENCE);
      await page.getByRole("button", { name: "Stop measuring" }).click();

      await page.getByRole("combobox", { name: "Cause", exact: true }).selectOption("maintenance");
      await page.getByLabel("of sites").fill("letters.example");
      await page.getByLabel("for minutes").fill("600");
      await page.getByRole("button", { name: "Cause it" }).click();
      await row.locator('[data-truth="down"]').waitFor(PATIENCE);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole("button", { name: "Dark" }).click();
      expect(await look(page, "laboratory-dark-phone")).toEqual([]);

      await page.getByRole("button", { name: "End it" }).click();
      await page.getByLabel("Scenario").waitFor(PATIENCE);
      await page.context().close();
    },
    STORY_MS,
  );

  it("keeps a drawn cause sealed until it is asked for; ending serve ends the laboratory", async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("brakelight-serve-lab-"));
    const before = folders();
    const started = await post("start", { scenario: "twitter-2021", speed: 1, backend: "relay" });
    expect(started.json.running).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(started.json.running).not.toHaveProperty("cause");
    const status = (await running.ask("/api/v1/lab/status", { headers: bearer })).json;
    expect(status.simulated).toBe("SIMULATED");
    expect(JSON.stringify(status)).not.toMatch(/"fault"/);
    const opened = (await post("reveal", {})).json.running;
    expect(opened.sealed).toContain(opened.cause);
    const { id } = opened;
    expect(runningLabs().map((lab) => lab.id)).toContain(id);
    await door.stop();
    expect(runningLabs().map((lab) => lab.id)).not.toContain(id);
    expect(folders().filter((name) => !before.includes(name))).toEqual([]);
    expect(existsSync(labFolder(id))).toBe(false);
  });
});
