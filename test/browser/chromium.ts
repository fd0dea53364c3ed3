/**
 * One real Chromium for a file of tests, and pages in it that keep account: what was asked of which host, what the console
 * said, how many bytes came. Undefined where there is none; the reason is printed.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe, { type AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findBrowser } from "../../src/probe/page-load/find-browser.ts";

/** The app, as built. */
export const PAGES = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));
const SCREENSHOTS = fileURLToPath(new URL(".screenshots", import.meta.url));
/** Nothing but the machine itself: what a page asks of others must fail, and be seen. */
const OPTIONS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"];

/** `options`: more of them. */
export async function startChromium(options: readonly string[] = []): Promise<Browser | undefined> {
  const path = findBrowser();
  if (path === undefined) {
    console.log("browser tests skipped: no Chromium on the path (BRAKELIGHT_BROWSER names one)");
    return undefined;
  }
  return chromium.launch({ executablePath: path, args: [...OPTIONS, ...options] });
}

export interface Watched {
  readonly page: Page;
  /** Hosts that were asked. */
  readonly hosts: Set<string>;
  /** Errors of scripts, and what the console said as error or warning. */
  readonly complaints: string[];
  /** On the wire, with headers. */
  bytes(): Promise<number>;
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({
    ...{ viewport: { width: 1100, height: 900 }, locale: "en-GB", timezoneId: "America/New_York" },
    ...options,
  });
  const page = await context.newPage();
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http")) hosts.add(url.host);
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let total = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (total += encodedDataLength));
  return { page, hosts, complaints, bytes: async () => total };
}

/** To be looked at by people; not kept by git. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** What stands in people's way: serious findings of axe, and what is wider than the window. */
export async function barriersOf(page: Page): Promise<string[]> {
  // Run by the debugger: the pages' own policy allows no foreign script.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run({ resultTypes: ["violations"] })')) as AxeResults;
  const width = (await page.evaluate("document.documentElement.scrollWidth - innerWidth")) as number;
  return [
    ...violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    ...(width > 0 ? [`${width} px wider than the window`] : []),
  ];
}

/** Kept as a picture to look at, and its barriers. */
export async function look(page: Page, name: string): Promise<string[]> {
  await shoot(page, name);
  return barriersOf(page);
}

export async function openAt(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const watched = await openPage(browser, options);
  await watched.page.goto(address);
  return watched;
}
