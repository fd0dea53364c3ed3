/** The system's Chromium, and a page of it that says what went wrong; for tests of the pages. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import axe, { type AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const PAGES = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));
const PICTURES = fileURLToPath(new URL(".screenshots/", import.meta.url));

export function startChromium(): Promise<Browser> {
  mkdirSync(PICTURES, { recursive: true });
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
  });
}

export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(address);
  return { page, errors };
}

/** Without barriers (axe, serious ones), no wider than its window, and kept as a picture to look at. */
export async function look(page: Page, name: string): Promise<string[]> {
  await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true });
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document)")) as AxeResults;
  const width = (await page.evaluate("document.documentElement.scrollWidth - innerWidth")) as number;
  return [
    ...violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    ...(width > 0 ? [`${width} px wider than the window`] : []),
  ];
}
