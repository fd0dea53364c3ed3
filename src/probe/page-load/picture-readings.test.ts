import { describe, expect, it } from "vitest";
import type { Picture } from "./page-watch.ts";
import { pictureReadings } from "./picture-readings.ts";

const whole: Picture = {
  ...{ fate: "came", url: "https://a.example/1.png", ms: 900, widthPx: 400, heightPx: 300, area: 120_000 },
  ...{ bytes: 5_000, transferMs: 80 },
};
const missing: Picture = { ...whole, fate: "late", ms: null, bytes: null, transferMs: null };
const unsized: Picture = { ...missing, widthPx: null, heightPx: null, area: 0 };

describe("pictureReadings", () => {
  it("knows the largest where what is missing is smaller, and calls it late where that is larger", () => {
    const small = { ...missing, widthPx: 48, heightPx: 48, area: 2304 };
    expect(pictureReadings([whole, small])).toMatchObject({
      ...{ firstPictureUs: 900_000, largestPictureUs: 900_000 },
      pictures: { all: 2, came: 1, broken: 0, unsized: 0, largest: "came" },
    });
    const { largestPictureUs, pictures } = pictureReadings([whole, { ...missing, area: 200_000 }]);
    expect(largestPictureUs).toBeUndefined();
    expect(pictures).toMatchObject({ all: 2, came: 1, largest: "late" });
  });

  it("does not know the largest where one of no known size is missing", () => {
    const { largestPictureUs, pictures } = pictureReadings([whole, unsized]);
    expect(largestPictureUs).toBeUndefined();
    expect(pictures).toEqual({ all: 1, came: 1, broken: 0, unsized: 1, largest: "unknown" });
  });

  it("leaves out what is broken and what is tiny, whatever became of it", () => {
    const broken: Picture = { ...missing, fate: "broken", area: 900_000 };
    const pixel: Picture = { ...missing, widthPx: 1, heightPx: 1, area: 1 };
    expect(pictureReadings([broken, whole, pixel])).toMatchObject({
      largestPictureUs: 900_000,
      pictures: { all: 1, came: 1, broken: 1, unsized: 0, largest: "came" },
    });
    expect(pictureReadings([broken, pixel])).toEqual({
      pictures: { all: 0, came: 0, broken: 1, unsized: 0 },
    });
  });
});
