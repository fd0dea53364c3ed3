/** From when on people notice, mind or leave, as others found out. Times in µs. */
export interface Threshold {
  readonly id: string;
  readonly atUs: number;
  /** What it is about. */
  readonly of: readonly Part[];
  readonly says: string;
  readonly source: string;
}

/** What of a page is waited for. */
export const PARTS = ["first-text", "first-picture", "largest-picture", "video-start"] as const;
export type Part = (typeof PARTS)[number];

export const THRESHOLDS: readonly Threshold[] = [
  {
    ...{ id: "flow", atUs: 1e6, of: PARTS, says: "the flow of thought is interrupted" },
    source: "Nielsen, Usability Engineering, 1993, chapter 5",
  },
  {
    ...{
      id: "tolerable",
      atUs: 2e6,
      of: ["first-text", "first-picture"],
      says: "waiting is no longer tolerated",
    },
    source: "Nah, A study on tolerable waiting time, Behaviour & Information Technology 23(3), 2004",
  },
  {
    ...{ id: "abandon-video", atUs: 2e6, of: ["video-start"], says: "viewers begin to leave" },
    source: "Krishnan and Sitaraman, Video stream quality impacts viewer behavior, IMC 2012",
  },
  {
    ...{ id: "poor-largest", atUs: 4e6, of: ["largest-picture"], says: "poor, as browsers' makers grade it" },
    source: "Largest Contentful Paint, web.dev/articles/lcp",
  },
  {
    ...{ id: "attention", atUs: 10e6, of: PARTS, says: "attention is lost: unusable" },
    source: "Nielsen, Usability Engineering, 1993, chapter 5",
  },
];

export const UNUSABLE_US = 10e6;
