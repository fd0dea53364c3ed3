/**
 * What people of a social network look at: /timeline of every site, posts with avatars, pictures and a video. Text comes with
 * the page; everything else from the site's media host. Objects may be kept by browsers, so that a second visit is warm.
 */
import type { Site } from "../scenario/scenario.ts";
import { paddedPicture } from "./padded-picture.ts";
import { paddedVideo } from "./padded-video.ts";

export const TIMELINE_PATH = "/timeline";

interface Medium {
  readonly bytes: number;
  readonly type: "image/png" | "video/webm";
  readonly widthPx: number;
  readonly heightPx: number;
}

const POSTS = 12;
const AVATARS = 6;
const AVATAR: Medium = { bytes: 4_000, type: "image/png", widthPx: 48, heightPx: 48 };

/** Sizes as of a timeline of 2021; the largest is the picture of Xue et al. (IMC 2021), 383 kB. */
export const LARGE_MEDIA: Readonly<Record<string, Medium>> = {
  "/media/photo-1.png": { bytes: 383_000, type: "image/png", widthPx: 600, heightPx: 400 },
  "/media/photo-2.png": { bytes: 120_000, type: "image/png", widthPx: 480, heightPx: 320 },
  "/media/photo-3.png": { bytes: 80_000, type: "image/png", widthPx: 480, heightPx: 270 },
  "/media/video.webm": { bytes: 400_000, type: "video/webm", widthPx: 320, heightPx: 180 },
};
const MEDIA = new Map<string, Medium>([
  ...Array.from({ length: AVATARS }, (_, index) => [`/media/avatar-${index + 1}.png`, AVATAR] as const),
  ...Object.entries(LARGE_MEDIA),
]);

const made = new Map<string, Buffer>();

/** Undefined: there is no such medium. */
export function mediumAt(path: string): { readonly type: string; readonly body: Buffer } | undefined {
  const medium = MEDIA.get(path);
  if (!medium) return undefined;
  const body = made.get(path) ?? bodyOf(medium);
  made.set(path, body);
  return { type: medium.type, body };
}

function bodyOf({ bytes, type, widthPx, heightPx }: Medium): Buffer {
  return type === "video/webm" ? paddedVideo(bytes) : paddedPicture(bytes, widthPx, heightPx);
}

export function timelinePage({ name, media = name }: Site): string {
  const large = Object.entries(LARGE_MEDIA);
  const posts = Array.from({ length: POSTS }, (_, index) => {
    const [path, medium] = large[index] ?? [];
    return (
      `<article><img src="https://${media}/media/avatar-${(index % AVATARS) + 1}.png" width="48" height="48" alt="">` +
      `<p><b>@user${index + 1}</b> ${TEXT}</p>${path && medium ? shown(`https://${media}${path}`, medium) : ""}</article>`
    );
  });
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${name}</title><style>body{font:16px sans-serif;max-width:640px;margin:auto}article{padding:12px}</style>` +
    `<h1>${name}</h1><p>A site of the Brakelight laboratory (SIMULATED).</p>${posts.join("")}</html>\n`
  );
}

const TEXT =
  "This post is as long as posts were: two hundred and eighty characters at most, so that a timeline has text enough to be " +
  "read while its pictures are still on their way, or while they never come.";

function shown(address: string, { type, widthPx, heightPx }: Medium): string {
  const size = `width="${widthPx}" height="${heightPx}"`;
  return type === "video/webm"
    ? `<video src="${address}" ${size} muted autoplay playsinline preload="auto"></video>`
    : `<img src="${address}" ${size} alt="">`;
}
