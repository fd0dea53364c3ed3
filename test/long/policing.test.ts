/**
 * The policing traces, held to what issue "forensic core" asks of them. Truth: labels.tsv.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { describeWithData } from "../data.ts";
import {
  measureTrace,
  type PolicingFigures,
  type Share,
  summarise,
  type TraceFigures,
} from "../policing/figures.ts";
import { readLabels, readPublished, readTrace } from "../policing/traces.ts";

const ratio = ({ count, of }: Share): number => count / of;

describeWithData("policing-traces", "policing traces", () => {
  const traces: TraceFigures[] = [];
  let figures: PolicingFigures;

  beforeAll(async () => {
    for (const label of readLabels()) traces.push(measureTrace(label, await readTrace(label.file)));
    figures = summarise(traces);
  }, 1_200_000);

  describe("the word", () => {
    it("finds every policed trace with a loss and calls no other one policed", () => {
      expect(ratio(figures.policedTraces)).toBe(1);
      expect(figures.falseTraces.count).toBe(0);
      expect(figures.falseSegmentsJointly.count).toBe(0);
      expect(figures.falseSegmentsAlone.count).toBe(0);
    });

    it("finds policed segments with all transfers of the path in view", () => {
      for (const kind of ["1c", "2c", "xt"] as const)
        expect(ratio(figures.jointly[kind])).toBeGreaterThanOrEqual(0.985);
    });

    it("finds policed segments from the segment alone, and blind to the cross-traffic", () => {
      expect(ratio(figures.alone["1c"])).toBeGreaterThanOrEqual(0.97);
      expect(ratio(figures.alone["2c"])).toBeGreaterThanOrEqual(0.5);
      expect(ratio(figures.alone.xt)).toBeGreaterThanOrEqual(0.4);
    });

    it("names shaped traces shaped", () => {
      expect(ratio(figures.shapedTraces)).toBeGreaterThanOrEqual(0.95);
    });
  });

  describe("the numbers", () => {
    it("gives the rate, with an interval that holds it", () => {
      expect(figures.rateErrorMedian).toBeLessThanOrEqual(0.001);
      expect(figures.rateErrorNarrow90).toBeLessThanOrEqual(0.05);
      expect(ratio(figures.narrow)).toBeGreaterThanOrEqual(0.8);
      expect(ratio(figures.covered)).toBeGreaterThanOrEqual(0.9);
      expect(figures.widthMedian).toBeLessThanOrEqual(0.02);
    });

    it("gives the bucket", () => {
      expect(figures.bucketErrorMedian).toBeLessThanOrEqual(0.02);
    });

    it("counts the same losses as the published detector in the segments that it lists", () => {
      const published = readPublished();
      let same = 0;
      let all = 0;
      for (const { label, losses } of traces) {
        const theirs = (published.get(label.file) ?? []).map(({ lost }) => lost);
        all += theirs.length;
        for (const lost of theirs) {
          const at = losses.indexOf(lost);
          if (at < 0) continue;
          losses.splice(at, 1);
          same++;
        }
      }
      // Its own count differs in a few segments where copies of copies were lost.
      expect(same / all).toBeGreaterThanOrEqual(0.95);
    });
  });
});
