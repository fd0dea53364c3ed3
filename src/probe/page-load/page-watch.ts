/**
 * What runs inside the page, before any script of its own: notes when text shows, when pictures are whole, when videos start,
 * stand still and end. Times in ms since the navigation began. JavaScript as text: it is never run here.
 */
export const WATCH = "__brakelightWatch";

/** What `WATCH` holds; docs/method.md says what each is taken from. */
export interface Watched {
  readonly textMs: number | null;
  readonly pictures: readonly {
    readonly url: string;
    readonly ms: number;
    readonly widthPx: number;
    readonly heightPx: number;
    readonly bytes: number | null;
    readonly transferMs: number | null;
  }[];
  readonly all: number;
  readonly came: number;
  readonly isComplete: boolean;
  readonly videos: readonly {
    readonly startMs: number | null;
    readonly stalls: number;
    readonly stalledMs: number;
    readonly isOver: boolean;
  }[];
  readonly timeOrigin: number;
  readonly nowMs: number;
}

const MOST_PICTURES = 1000;
const MOST_VIDEOS = 20;
/** A video is watched so long after its start. */
const VIDEO_MS = 15_000;

export const PAGE_WATCH = `(() => {
  if (window !== window.top) return;
  let textMs = null;
  const pictures = [];
  const videos = new Map();
  const look = () => {
    if (textMs !== null) return;
    if (document.body && document.body.innerText.trim() !== "")
      requestAnimationFrame(() => { textMs ??= performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  document.addEventListener("load", ({ target }) => {
    if (!(target instanceof HTMLImageElement) || pictures.length >= ${MOST_PICTURES}) return;
    const timing = performance.getEntriesByName(target.currentSrc, "resource").at(-1);
    pictures.push({
      url: target.currentSrc.slice(0, 2000), ms: performance.now(),
      widthPx: target.naturalWidth, heightPx: target.naturalHeight,
      bytes: timing && timing.encodedBodySize > 0 ? timing.encodedBodySize : null,
      transferMs: timing && timing.requestStart > 0 ? timing.responseEnd - timing.requestStart : null,
    });
  }, true);
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
    const images = [...document.images];
    for (const video of document.querySelectorAll("video[autoplay]")) follow(video);
    return {
      textMs, pictures, timeOrigin: performance.timeOrigin, nowMs: now,
      all: images.length,
      came: images.filter((image) => image.complete && image.naturalWidth > 0).length,
      isComplete: document.readyState === "complete" && images.every((image) => image.complete),
      videos: [...videos.values()].map(({ startMs, stalls, stalledMs, sinceMs, isEnded }) => ({
        startMs, stalls,
        stalledMs: stalledMs + (sinceMs === null ? 0 : now - sinceMs),
        isOver: isEnded || (startMs !== null && now - startMs > ${VIDEO_MS}),
      })),
    };
  } });
})();`;
