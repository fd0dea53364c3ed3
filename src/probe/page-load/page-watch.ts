/**
 * What runs inside the page, before any script of its own: notes when text shows, when pictures in sight are whole or end with
 * an error, when videos start, stand still and end. In sight: some of it lies in the window, which is never scrolled, as the page
 * stands when it is looked at. Times in ms since the navigation began. JavaScript as text: it is never run here.
 */
export const WATCH = "__brakelightWatch";

/** Sizes of one that came are its own; of one that did not, what the page gives it. Area: what it takes of the page. */
export interface Picture {
  readonly fate: "came" | "late" | "broken";
  readonly url: string;
  /** Of those that came, when. */
  readonly ms: number | null;
  /** Null: neither the page nor the picture says. */
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  readonly area: number;
  readonly bytes: number | null;
  readonly transferMs: number | null;
}

/** What `WATCH` holds; docs/method.md says what each is taken from. */
export interface Watched {
  readonly textMs: number | null;
  /** In sight, in the document's order. */
  readonly pictures: readonly Picture[];
  readonly isLoaded: boolean;
  readonly videos: readonly {
    readonly startMs: number | null;
    readonly stalls: number;
    readonly stalledMs: number;
    readonly isOver: boolean;
  }[];
  readonly timeOrigin: number;
  readonly nowMs: number;
}

/** Smaller ones are marks and counters. */
export const LEAST_PICTURE_PX = 32;
const MOST_PICTURES = 1000;
const MOST_VIDEOS = 20;
/** A video is watched so long after its start. */
const VIDEO_MS = 15_000;

export const PAGE_WATCH = `(() => {
  if (window !== window.top) return;
  let textMs = null;
  const came = new WeakMap();
  const broken = new WeakSet();
  const videos = new Map();
  const look = () => {
    if (textMs !== null) return;
    if (document.body && document.body.innerText.trim() !== "")
      requestAnimationFrame(() => { textMs ??= performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  document.addEventListener("load", ({ target }) => {
    if (!(target instanceof HTMLImageElement)) return;
    const timing = performance.getEntriesByName(target.currentSrc, "resource").at(-1);
    broken.delete(target);
    came.set(target, {
      ms: performance.now(),
      bytes: timing && timing.encodedBodySize > 0 ? timing.encodedBodySize : null,
      transferMs: timing && timing.requestStart > 0 ? timing.responseEnd - timing.requestStart : null,
    });
  }, true);
  document.addEventListener("error", ({ target }) => {
    if (target instanceof HTMLImageElement) broken.add(target);
  }, true);
  const said = (image, name) => /^\\s*\\d+\\s*(px)?\\s*$/.test(image.getAttribute(name) ?? "") ? parseInt(image.getAttribute(name)) : null;
  const pictureOf = (image) => {
    if ((image.currentSrc || image.getAttribute("src") || "") === "" || image.getClientRects().length === 0) return [];
    const { left, top, right, bottom, width, height } = image.getBoundingClientRect();
    if (right < 0 || bottom < 0 || left >= innerWidth || top >= innerHeight) return [];
    const isWhole = image.complete && image.naturalWidth > 0;
    // Before it came, the box may be that of the words in its place; a box of both sides is the page's.
    const isGiven = width > 0 && height > 0 && (!image.alt || Math.min(width, height) >= ${LEAST_PICTURE_PX});
    return [{
      fate: isWhole ? "came" : broken.has(image) ? "broken" : "late",
      url: (image.currentSrc || image.src).slice(0, 2000),
      widthPx: isWhole ? image.naturalWidth : said(image, "width") ?? (isGiven ? width : null),
      heightPx: isWhole ? image.naturalHeight : said(image, "height") ?? (isGiven ? height : null),
      area: width * height,
      ...(isWhole && came.get(image) || { ms: null, bytes: null, transferMs: null }),
    }];
  };
  const follow = (video) => {
    if (!videos.has(video) && videos.size < ${MOST_VIDEOS})
      videos.set(video, { startMs: null, stalls: 0, stalledMs: 0, sinceMs: null, isEnded: false });
    return videos.get(video);
  };
  const on = (name, note) => document.addEventListener(name, ({ target }) => {
    const seen = target instanceof HTMLVideoElement && follow(target);
    if (seen) note(seen, performance.now());
  }, true);
  on("playing", (seen, now) => {
    seen.startMs ??= now;
    if (seen.sinceMs !== null) seen.stalledMs += now - seen.sinceMs;
    seen.sinceMs = null;
  });
  on("waiting", (seen, now) => {
    if (seen.startMs === null || seen.sinceMs !== null) return;
    seen.stalls++;
    seen.sinceMs = now;
  });
  on("ended", (seen) => { seen.isEnded = true; });
  Object.defineProperty(window, "${WATCH}", { value: () => {
    const now = performance.now();
    for (const video of document.querySelectorAll("video[autoplay]")) follow(video);
    return {
      textMs, timeOrigin: performance.timeOrigin, nowMs: now,
      pictures: [...document.images].slice(0, ${MOST_PICTURES}).flatMap(pictureOf),
      isLoaded: document.readyState === "complete",
      videos: [...videos.values()].map(({ startMs, stalls, stalledMs, sinceMs, isEnded }) => ({
        startMs, stalls,
        stalledMs: stalledMs + (sinceMs === null ? 0 : now - sinceMs),
        isOver: isEnded || (startMs !== null && now - startMs > ${VIDEO_MS}),
      })),
    };
  } });
})();`;
