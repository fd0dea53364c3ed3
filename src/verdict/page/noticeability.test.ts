import { describe, expect, it } from "vitest";
import type { PageLoad } from "../../observation/page-load.ts";
import { judgeNoticeability } from "./noticeability.ts";

const S = 1e6;

function loads(role: PageLoad["role"], pictures: readonly (number | undefined)[], textS = 0.3): PageLoad[] {
  return pictures.map((pictureS, index) => ({
    ...{ type: "page-load", origin: "measured", role, time: `2026-01-01T00:00:0${index}Z`, cache: "cold" },
    ...{
      url: `https://${role}.example/`,
      watchedUs: 60 * S,
      firstTextUs: (textS + index / 100) * S,
      videos: 0,
    },
    ...(pictureS !== undefined && { firstPictureUs: pictureS * S, largestPictureUs: pictureS * S }),
    pictures: {
      ...{ all: 1, came: pictureS === undefined ? 0 : 1, broken: 0, unsized: 0 },
      largest: pictureS === undefined ? ("late" as const) : ("came" as const),
    },
  }));
}
const words = (targets: PageLoad[], controls: PageLoad[]) =>
  Object.fromEntries(judgeNoticeability(targets, controls).map(({ part, noticed }) => [part, noticed]));

describe("judgeNoticeability", () => {
  it("tells text that is as ever from pictures that nobody waits for", () => {
    expect(words(loads("target", [21, 22, 23]), loads("control", [0.5, 0.6, 0.4]))).toEqual({
      ...{ "first-text": "unaffected", "first-picture": "unusable" },
      ...{ "largest-picture": "unusable", "video-start": "absent" },
    });
  });

  it("counts what did not come as longer than anything that did", () => {
    const [, picture] = judgeNoticeability(
      loads("target", [undefined, 50, undefined]),
      loads("control", [1, 1, 1]),
    );
    expect(picture).toMatchObject({ noticed: "unusable", target: { loads: 3, came: 1 } });
    expect(picture!.target.medianUs).toBeUndefined();
    expect(picture!.target.beyond.map(({ loads: beyond }) => beyond)).toEqual([3, 3, 3]);
  });

  it("says slower where people still wait, and unaffected where they cannot tell", () => {
    expect(words(loads("target", [3, 4, 5]), loads("control", [1, 1.2, 2]))["first-picture"]).toBe("slower");
    expect(words(loads("target", [1.05, 1.1, 1.1]), loads("control", [1, 1, 1]))["first-picture"]).toBe(
      "unaffected",
    );
  });

  it("says insufficient where loads overlap, are too few, or have nothing beside them", () => {
    expect(words(loads("target", [3, 4, 1]), loads("control", [1, 1.2, 2]))["first-picture"]).toBe(
      "insufficient",
    );
    expect(words(loads("target", [30, 40]), loads("control", [1, 1, 1]))["first-picture"]).toBe(
      "insufficient",
    );
    expect(words(loads("target", [30, 40, 50]), [])["first-picture"]).toBe("insufficient");
  });

  it("says insufficient where neither came: slow or broken for both", () => {
    const never = [undefined, undefined, undefined];
    const [, first, largest] = judgeNoticeability(loads("target", never), loads("control", never));
    for (const part of [first, largest])
      expect(part).toMatchObject({
        noticed: "insufficient",
        because: "neither came while it was watched: slow or broken for both",
      });
  });

  it("says unaffected only where loads are enough, and alike enough, to have shown a difference", () => {
    const control = [1, 1.1, 2.9];
    expect(words(loads("target", [1, 1.1, 3]), loads("control", control))["first-picture"]).toBe(
      "insufficient",
    );
    // Ten of each may lie the wrong way round 27 times (Mann and Whitney 1947); 2.9 does so nine times.
    const often = [1, 1, 1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 2.9];
    expect(words(loads("target", often), loads("control", often))["first-picture"]).toBe("unaffected");
  });

  it("takes broken pictures, and those that nobody knows the size of, for neither slow nor never", () => {
    const [load] = loads("target", [undefined]);
    const { firstPictureUs: _, ...without } = load!;
    const counts = { all: 1, came: 1, broken: 0, unsized: 0, largest: "unknown" as const };
    const unknown = [1, 2, 3].map(() => ({ ...without, firstPictureUs: 0.5 * S, pictures: counts }));
    const control = loads("control", [0.5, 0.5, 0.5]);
    expect(words(unknown, control)).toMatchObject({
      ...{ "first-picture": "unaffected", "largest-picture": "insufficient" },
    });
    const broken = [1, 2, 3].map(() => ({
      ...without,
      pictures: { all: 0, came: 0, broken: 1, unsized: 0 },
    }));
    const [, first] = judgeNoticeability(broken, control);
    expect(first).toMatchObject({
      noticed: "insufficient",
      because: expect.stringContaining("broken, not slow"),
    });
  });
});
