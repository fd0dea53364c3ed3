/**
 * A page in a real browser, watched until everything in sight has come or the time is up. Cold: a profile without anything of
 * before; warm: the same page once more in the same profile. Nothing is judged here.
 */
import type { Browser, BrowserContext } from "playwright-core";
import type { Cache, PageLoad } from "../../observation/page-load.ts";
import type { Origin } from "../../observation/vocabulary.ts";
import { Film, type Frame } from "./film.ts";
import { PAGE_WATCH, WATCH, type Watched } from "./page-watch.ts";
import { isAwaited, pictureReadings } from "./picture-readings.ts";

const VIEW = { width: 412, height: 915 };
const LOOK_MS = 200;
/** Nothing in sight is missing for so long: it is whole. */
const QUIET_MS = 1_000;
const MOST_WORDS = 300;

export interface LoadOrder {
  readonly url: string;
  readonly role: PageLoad["role"];
  readonly origin: Origin;
  readonly watchMs: number;
  readonly isFilmed: boolean;
}

export interface Loaded {
  readonly load: PageLoad;
  readonly film: readonly Frame[];
}

/** A cold load, then a warm one. */
export async function loadTwice(browser: Browser, order: LoadOrder): Promise<Loaded[]> {
  // Certificates are checked as the browser was told at its start.
  const context = await browser.newContext({ viewport: VIEW, deviceScaleFactor: 1, serviceWorkers: "block" });
  try {
    const cold = await loadOnce(context, order, "cold");
    return cold.load.failure === undefined ? [cold, await loadOnce(context, order, "warm")] : [cold];
  } finally {
    await context.close();
  }
}

async function loadOnce(context: BrowserContext, order: LoadOrder, cache: Cache): Promise<Loaded> {
  const page = await context.newPage();
  try {
    await page.addInitScript(PAGE_WATCH);
    const film = order.isFilmed ? await Film.of(page) : undefined;
    const startMs = Date.now();
    const untilMs = startMs + order.watchMs;
    const failure = await page
      .goto(order.url, { waitUntil: "commit", timeout: order.watchMs })
      .then(() => undefined)
      .catch((error: Error) => error.message);
    let watched: Watched | undefined;
    for (let quietMs = 0; failure === undefined && Date.now() < untilMs && quietMs < QUIET_MS; ) {
      await page.waitForTimeout(LOOK_MS);
      watched = (await page.evaluate(`window.${WATCH}?.()`).catch(() => watched)) as Watched | undefined;
      quietMs = watched && isWhole(watched) ? quietMs + LOOK_MS : 0;
    }
    const watchedMs = watched?.nowMs ?? Date.now() - startMs;
    const frames = (await film?.stop(watched?.timeOrigin ?? startMs, watchedMs)) ?? [];
    return {
      load: { ...head(order, cache, startMs), ...readingsOf(watched, watchedMs, failure) },
      film: frames,
    };
  } finally {
    await page.close();
  }
}

function isWhole({ isLoaded, pictures, videos, textMs }: Watched): boolean {
  return isLoaded && !pictures.some(isAwaited) && textMs !== null && videos.every(({ isOver }) => isOver);
}

function head({ url, role, origin }: LoadOrder, cache: Cache, startMs: number) {
  return { type: "page-load" as const, origin, role, time: new Date(startMs).toISOString(), url, cache };
}

function readingsOf(watched: Watched | undefined, watchedMs: number, failure: string | undefined) {
  const started = (watched?.videos ?? []).filter(({ startMs }) => startMs !== null);
  const [video] = started;
  return {
    watchedUs: us(watchedMs),
    ...(watched?.textMs != null && { firstTextUs: us(watched.textMs) }),
    ...pictureReadings(watched?.pictures ?? []),
    videos: watched?.videos.length ?? 0,
    ...(video && {
      ...{ videoStartUs: us(video.startMs!), stalls: video.stalls, stalledUs: us(video.stalledMs) },
    }),
    ...(failure !== undefined && { failure: firstLine(failure) }),
  };
}

function us(ms: number): number {
  return Math.round(1000 * ms);
}

function firstLine(words: string): string {
  return words.split("\n", 1)[0]!.slice(0, MOST_WORDS);
}
