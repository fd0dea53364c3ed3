/**
 * The volunteer's page in a real Chromium, against real TLS servers on loopback that pace bytes: what it says is held
 * against what those servers did, what it sends against what the store has.
 */
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestObject, TestPair, TestPlan } from "../../src/server/volunteer/plan.ts";
import { Running } from "../server/running.ts";
import { look, openAt, shoot, startChromium } from "./chromium.ts";
import { type ObjectServer, picture, SIDE_PX, startObjectServer } from "./object-server.ts";

const FOLDER = fileURLToPath(new URL("../../dist/volunteer", import.meta.url));
const HOOK_MS = 120_000;
const SLOW_BPS = 300_000;
/** Slow enough that not the machine's load decides. */
const FAST_BPS = 20_000_000;

const object = (
  host: string,
  path: string,
  bytes: number,
  reading: TestObject["reading"] = "cors",
): TestObject => ({
  address: `https://${host}.example/${path}`,
  ...{ bytes, reading },
});
const paced = (host: string, bytes: number, bps: number, reading: TestObject["reading"] = "cors") =>
  object(host, `object?bytes=${bytes}&bps=${bps}${reading === "cors" ? "&cors=1" : ""}`, bytes, reading);
const square = (host: string): TestObject => ({
  ...object(host, "picture.png", picture(SIDE_PX).length, "image"),
  ...{ width: SIDE_PX, height: SIDE_PX },
});
const control = paced("control", 300_000, FAST_BPS);
const slow = paced("slow", 45_000, SLOW_BPS);

/** One pair a case; the page tests the chosen one. */
const CASES = {
  throttled: { target: slow, control, overMatch: paced("t.co.control", 300_000, FAST_BPS) },
  unseen: { target: paced("slow-unseen", 30_000, SLOW_BPS, "time"), control },
  ok: { target: paced("even", 300_000, FAST_BPS), control },
  pictures: { target: square("picture"), control: square("other-picture") },
  "unseen-ok": { target: paced("even-unseen", 300_000, FAST_BPS, "time"), control },
  vanished: { target: object("vanished", "gone", 300_000, "time"), control },
  "not-here": { target: object("not-here", "missing?cors=1", 300_000), control },
  redirected: { target: object("redirected", "moved?cors=1&to=/object", 300_000), control },
  "redirected-away": {
    target: object("away", "moved?to=https://unlisted.example/x", 300_000, "time"),
    control,
  },
  changed: {
    target: { ...paced("changed", 200_000, 0), bytes: 300_000 },
    control,
  },
  "another-picture": { target: { ...square("another"), width: 640 }, control },
  cached: { target: object("cached", "object?bytes=10&bps=0", 400_000_000, "time"), control },
  everything: {
    target: paced("slow-too", 20_000, 200_000),
    control: paced("slow-control", 20_000, 200_000),
  },
  late: { target: paced("late", 300_000, 100_000, "time"), control },
} satisfies Record<string, Omit<TestPair, "name" | "isSimulated">>;
type Case = keyof typeof CASES;

const plan: TestPlan = {
  pairs: Object.entries(CASES).map(([name, pair]) => ({ name, ...pair, isSimulated: false })),
  ...{ rounds: 3, budgetBytes: 2e9, timeoutMs: 3_000 },
};

const objects: ObjectServer = await startObjectServer();
const browser = await startChromium([`--host-resolver-rules=MAP *.example:443 127.0.0.1:${objects.port}`]);
const here = describe.skipIf(browser === undefined);
let running: Running;

beforeAll(async () => {
  running = await Running.start({ volunteer: { plan, folder: FOLDER } });
}, HOOK_MS);

afterAll(async () => {
  await browser?.close();
  await running?.stop();
  objects?.stop();
}, HOOK_MS);

interface Open {
  readonly page: Page;
  readonly complaints: string[];
}

async function open(options: BrowserContextOptions = {}, pair: Case = "ok", query = ""): Promise<Open> {
  const address = `http://127.0.0.1:${running.server.port}/test?pair=${pair}${query}`;
  const { page, complaints } = await openAt(browser!, address, { ignoreHTTPSErrors: true, ...options });
  await page.waitForSelector("h1");
  return { page, complaints };
}

/** What the page says of a pair. */
async function result(
  name: Case,
  button = "Start, and keep the result here",
): Promise<Open & { text: string }> {
  const opened = await open({}, name);
  const { page } = opened;
  await page.getByRole("button", { name: button }).click();
  const verdict = page.locator(".verdict");
  await verdict.waitFor({ timeout: 50_000 });
  return { ...opened, text: `${await verdict.getAttribute("data-state")}: ${await verdict.textContent()}` };
}

const askedOf = (host: string): number =>
  objects.asked.filter((one) => one.startsWith(`${host}.example/`)).length;

const SAID: readonly (readonly [Case, string])[] = [
  ["unseen", "throttled: slow-unseen.example is slowed down here"],
  ["ok", "ok: even.example is not slowed down here"],
  ["pictures", "ok: picture.example is not slowed down here"],
  [
    "unseen-ok",
    "insufficient: even-unseen.example: this cannot be said. It came fast, but the browser cannot see",
  ],
  [
    "vanished",
    "insufficient: vanished.example: this cannot be said. The tested object could not be loaded at all",
  ],
  [
    "not-here",
    "insufficient: not-here.example: this cannot be said. A load of the tested object does not count: its server answered 404",
  ],
  ["redirected", "its server sent the browser to another address"],
  ["redirected-away", "its server sent the browser to another address"],
  ["changed", "its size has changed (200000 bytes)"],
  ["another-picture", "it is another picture now (180 x 180 pixels)"],
  ["cached", "it came faster than any network is"],
  ["everything", "insufficient: slow-too.example: this cannot be said. It is slow for everything here"],
  ["late", "did not come within the time, and whether anything of it came cannot be seen"],
];

here("each pair, one after the other in one test", () => {
  const texts = new Map<Case, string>();
  beforeAll(async () => {
    const cases = SAID.map(([name]) => name);
    const { page } = await open(
      {},
      cases[0],
      cases
        .slice(1)
        .map((name) => `&pair=${name}`)
        .join(""),
    );
    await page.getByRole("button", { name: "keep the result here" }).click();
    await page.locator(".verdict").first().waitFor({ timeout: HOOK_MS });
    const names = plan.pairs.map(({ name }) => name as Case).filter((name) => cases.includes(name));
    const verdicts = page.locator(".verdict");
    for (const [at, name] of names.entries()) {
      const verdict = verdicts.nth(at);
      texts.set(name, `${await verdict.getAttribute("data-state")}: ${await verdict.textContent()}`);
    }
    await page.context().close();
  }, HOOK_MS);

  it.each(SAID)("%s: %s", (name, said) => {
    expect(texts.get(name)).toContain(said);
    expect(texts.get(name)).not.toMatch(/is blocked/);
  });
});

here("before and beside the loads", () => {
  it("contacts nothing without consent, and stays within the bytes that are allowed", async () => {
    const before = objects.asked.length;
    const { page, complaints } = await open();
    await page.waitForTimeout(300);
    expect(objects.asked.length).toBe(before);
    await page.getByLabel("Stop at (MB)").fill("0.7");
    await page.getByLabel("Stop at (MB)").press("Tab");
    await page.getByRole("button", { name: "keep the result here" }).click();
    await page.locator(".verdict").waitFor();
    expect(await page.locator(".verdict").textContent()).toContain(
      "Not enough measurements to say (1 of 3 needed): the bytes that you gave were used up",
    );
    expect(objects.asked.length).toBe(before + 2);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("its policy lets nothing through that is not listed", async () => {
    const { page } = await open();
    const blocked = await page.evaluate(`(async () => {
      const seen = [];
      document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
      await fetch("https://unlisted.example/object", { mode: "no-cors" }).catch(() => {});
      await fetch("https://control.example/another", { mode: "no-cors" }).catch(() => {});
      const image = new Image();
      image.src = "https://unlisted.example/picture.png";
      await new Promise((resolve) => (image.onerror = resolve));
      return seen;
    })()`);
    expect(blocked).toEqual(["connect-src", "connect-src", "img-src"]);
    expect(askedOf("unlisted")).toBe(0);
    expect(objects.asked.filter((one) => one.includes("another?") || one.endsWith("/another"))).toEqual([]);
    await page.context().close();
  });

  it("can be stopped: nothing is concluded", async () => {
    const { page } = await open({}, "everything");
    await page.getByRole("button", { name: "keep the result here" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.locator('.verdict[data-state="stopped"]').waitFor();
    await page.context().close();
  });
});

here("sending", () => {
  it("keeps once what the page says: slowed down, at the pace that its server keeps; the token deletes it", async () => {
    const { page, text, complaints } = await result("throttled", "Start, and send");
    expect(text).toMatch(/^throttled: slow\.example is slowed down here: \d+ kbit\/s, while/);
    const kbps = Number(/here: (\d+) kbit/.exec(text)![1]);
    // The server never exceeds its pace; handshakes take their part.
    expect(kbps).toBeLessThanOrEqual(SLOW_BPS / 1000);
    expect(kbps).toBeGreaterThan((0.4 * SLOW_BPS) / 1000);
    expect(await page.locator("[data-over]").getAttribute("data-over")).toBe("ok");
    expect(await page.locator("tbody tr").count()).toBe(9);
    expect(askedOf("slow")).toBe(3);
    const token = page.locator("code");
    await token.waitFor();
    expect(await token.textContent()).toMatch(/^[\w-]{43}$/);
    await shoot(page, `volunteer-sent`);
    await running.stored(1);
    const [row] = await running.store.measurements({ order: "asc", limit: 10, offset: 0 });
    expect(row).toMatchObject({ state: "throttled", target: "slow.example" });
    const kept = (await running.store.measurement(row!.measurementId))!;
    expect(kept.observations.map(({ observation: { role } }) => role).sort()).toEqual(
      ["control", "lookalike", "target"].flatMap((role) => [role, role, role]),
    );
    expect(kept.verdicts[0]).toMatchObject({ origin: "measured", methodVersion: "1" });
    expect(Math.round(kept.verdicts[0]!.rate!.rateBps / 1000)).toBe(kbps);
    expect(JSON.stringify(kept)).not.toMatch(/127\.0\.0\.1|Mozilla/);
    await page.getByRole("button", { name: "Delete it again" }).click();
    await page.getByText("Deleted: 9 records.").waitFor();
    expect((await running.store.summary()).measurements).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("that is refused leaves the result where it is", async () => {
    const { page } = await open();
    await page.route("**/api/v1/submit_measurement", (route) =>
      route.fulfill({ status: 503, json: { error: "the collector is busy" } }),
    );
    await page.getByRole("button", { name: "Start, and send" }).click();
    await page.getByText("It was not taken: the collector is busy.").waitFor();
    expect(await page.locator(".verdict").getAttribute("data-state")).toBe("ok");
    await page.context().close();
  });
});

here("for everybody", () => {
  it.each(["light", "dark"] as const)(
    "is without barriers, %s, and as wide as a phone",
    async (colorScheme) => {
      const { page } = await open(
        { viewport: { width: 360, height: 740 }, colorScheme },
        "throttled",
        "&lang=ru",
      );
      const check = async (name: string): Promise<void> => {
        expect(await look(page, `volunteer-${name}-${colorScheme}-phone`)).toEqual([]);
      };
      expect(await page.locator("html").getAttribute("lang")).toBe("ru");
      await check("consent");
      if (colorScheme === "light") return page.context().close();
      await page.keyboard.press("Tab");
      await page.getByRole("button", { name: "Начать, а результат оставить здесь" }).press("Enter");
      await page.locator("tbody tr").nth(1).waitFor();
      await check("run");
      await page.locator(".verdict").waitFor();
      expect(await page.locator(".verdict").textContent()).toContain("Здесь доступ к slow.example замедлен");
      await check("result");
      await page.context().close();
    },
  );
});
