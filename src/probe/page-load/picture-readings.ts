/**
 * What the pictures in sight say of a load: the first that was whole, the largest, how many came, did not, or ended with an error.
 * The largest is the one that takes most of the page, of those that are not broken; whether it came may be unknown, where one
 * that did not come has no size yet. What did not come and what is not known stay two things.
 */
import type { PageLoad } from "../../observation/page-load.ts";
import { LEAST_PICTURE_PX, type Picture } from "./page-watch.ts";

type Readings = Pick<
  PageLoad,
  "firstPictureUs" | "largestPictureUs" | "largestPicture" | "largestPictureTransferUs" | "pictures"
>;

export function pictureReadings(seen: readonly Picture[]): Readings {
  const large = seen.filter((picture) => sides(picture) >= LEAST_PICTURE_PX);
  const came = large.filter(({ fate }) => fate === "came");
  const late = large.filter((picture) => picture.fate === "late" && isSized(picture));
  const unsized = large.filter((picture) => picture.fate === "late" && !isSized(picture));
  const all = [...came, ...late];
  const most = Math.max(...all.map(({ area }) => area));
  const largest = all.find(({ area }) => area === most);
  const times = came.flatMap(({ ms }) => ms ?? []);
  const fate = unsized.length > 0 && largest?.fate !== "late" ? "unknown" : largest?.fate;
  return {
    ...(times.length > 0 && { firstPictureUs: us(Math.min(...times)) }),
    ...(fate === "came" && largest && wholeOf(largest)),
    pictures: {
      ...{ all: all.length, came: came.length, unsized: unsized.length },
      broken: large.filter(({ fate }) => fate === "broken").length,
      ...(fate !== undefined && fate !== "broken" && { largest: fate }),
    },
  };
}

function isSized({ widthPx, heightPx }: Picture): boolean {
  return widthPx !== null && heightPx !== null;
}

/** Where only one side is known, that one; where none is, it may be large. */
function sides({ widthPx, heightPx }: Picture): number {
  return Math.min(widthPx ?? Number.POSITIVE_INFINITY, heightPx ?? Number.POSITIVE_INFINITY);
}

/** Something that people see is still to come. */
export function isAwaited(picture: Picture): boolean {
  return picture.fate === "late" && sides(picture) >= LEAST_PICTURE_PX;
}

function wholeOf({ url, ms, widthPx, heightPx, bytes, transferMs }: Picture) {
  return {
    ...(ms !== null && { largestPictureUs: us(ms) }),
    largestPicture: {
      ...{ url, widthPx: widthPx ?? 0, heightPx: heightPx ?? 0 },
      ...(bytes !== null && { bytes }),
    },
    ...(transferMs !== null && { largestPictureTransferUs: us(transferMs) }),
  };
}

function us(ms: number): number {
  return Math.round(1000 * ms);
}
