/**
 * Real kernels against the simulator: the same transfer behind the same device must go alike. The delay line of the
 * kernel captures is an ordinary program, whose jitter depends on what else the machine does, and a transfer's losses
 * depend on chance; so the kernel's figures must lie within what the simulator gives over several jitters and seeds,
 * widened by the tolerances below.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CapturedPacket } from "../simulator/captured-packets.ts";
import { capturedPackets } from "../simulator/captured-packets.ts";
import { simulate } from "../simulator/simulate.ts";
import type { KernelCapture } from "./kernel-captures.ts";
import { makeKernelCaptures, whyNoKernelCaptures } from "./kernel-captures.ts";
import { asSimulation } from "./kernel-captures-as-simulation.ts";
import { CASES } from "./kernel-captures-cases.ts";
import type { TransferFigures } from "./kernel-captures-figures.ts";
import { transferFigures } from "./kernel-captures-figures.ts";
import { type JudgedCapture, judgeKernelCapture } from "./kernel-judged.ts";

const KERNEL_PORT = 8443;
const SIMULATED_PORT = 443;
const JITTERS_US = [500, 5_000, 20_000];
const SEEDS = [1, 2, 3, 4];
/** Of a device's rate: policed and shaped goodput hardly depends on anything else. */
const GOODPUT_TOLERANCE = 0.06;
/** Without a device that sets the rate, chance and the relay do. */
const FREE_GOODPUT_FACTOR = 2.5;
/** Of the share itself, in either direction. */
const LOSS_SHARE_TOLERANCE = 0.12;
const MINIMUM_CAPTURES = 20;
/** Of twelve policed captures: fewer tell nothing of one in ten. */
const FEWEST_POLICED = 10;
const MAKING_TIMEOUT_MS = 900_000;

function simulated(setup: KernelCapture["setup"]): TransferFigures[] {
  return JITTERS_US.flatMap((jitterUs) =>
    SEEDS.map((seed) => {
      const at = (end: "sender" | "receiver"): CapturedPacket[] =>
        capturedPackets(simulate(asSimulation(setup, end, seed, jitterUs)).capture);
      return transferFigures(at("sender"), at("receiver"), SIMULATED_PORT);
    }),
  );
}

const title = "captures of real kernels";
const obstacle = whyNoKernelCaptures();
if (obstacle) {
  describe.skip(`${title} [skipped: ${obstacle}]`, () => it("agree with the simulator", () => {}));
} else {
  describe(title, () => {
    let folder = "";
    let captures: KernelCapture[] = [];
    const packetsOf = (name: string, at: "sender" | "receiver"): CapturedPacket[] => {
      const capture = captures.find(({ setup, at: end }) => setup.title === name && end === at)!;
      return capturedPackets(readFileSync(capture.path));
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "brakelight-kernel-"));
      captures = await makeKernelCaptures(folder);
    }, MAKING_TIMEOUT_MS);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("are enough, and hold packets as they travel", () => {
      expect(captures.length).toBeGreaterThanOrEqual(MINIMUM_CAPTURES);
      for (const { path } of captures) {
        const packets = capturedPackets(readFileSync(path));
        expect(packets.length).toBeGreaterThan(100);
        expect(Math.max(...packets.map((packet) => packet.ipBytes))).toBe(1500);
      }
    });

    for (const setup of CASES) {
      describe(setup.title, () => {
        it("loses what the kernel's counters say", () => {
          const { truth } = captures.find((capture) => capture.setup === setup)!;
          const fromServer = (at: "sender" | "receiver"): number =>
            packetsOf(setup.title, at).filter((packet) => packet.sourcePort === KERNEL_PORT).length;
          expect(fromServer("sender") - fromServer("receiver")).toBe(truth.dropped);
          if (truth.mechanism === "policed" || truth.mechanism === "lossy") {
            expect(truth.dropped).toBeGreaterThan(0);
          }
        });

        it("goes as in the simulator", ({ skip }) => {
          const { disturbance } = captures.find((capture) => capture.setup === setup)!;
          if (disturbance) skip(disturbance);
          const sender = packetsOf(setup.title, "sender");
          const kernel = transferFigures(sender, packetsOf(setup.title, "receiver"), KERNEL_PORT);
          const runs = simulated(setup);
          const goodputs = runs.map((run) => run.goodputBps);
          const losses = runs.map((run) => run.lossShare);
          const hasRate = setup.device !== undefined && setup.device.kind !== "loss";
          const low = hasRate ? 1 - GOODPUT_TOLERANCE : 1 / FREE_GOODPUT_FACTOR;
          const high = hasRate ? 1 + GOODPUT_TOLERANCE : FREE_GOODPUT_FACTOR;
          expect(kernel.goodputBps).toBeGreaterThan(low * Math.min(...goodputs));
          expect(kernel.goodputBps).toBeLessThan(high * Math.max(...goodputs));
          expect(kernel.lossShare).toBeGreaterThanOrEqual(Math.min(...losses) - LOSS_SHARE_TOLERANCE);
          expect(kernel.lossShare).toBeLessThanOrEqual(Math.max(...losses) + LOSS_SHARE_TOLERANCE);
        });
      });
    }

    describe("judged", () => {
      let judged: JudgedCapture[] = [];
      let leftOut: string | undefined;

      beforeAll(() => {
        leftOut = captures.find(({ disturbance }) => disturbance)?.disturbance;
        judged = captures.filter(({ disturbance }) => !disturbance).map(judgeKernelCapture);
        console.log(judged.map((row) => JSON.stringify(row)).join("\n"));
      });

      it("calls nothing policed that the kernel did not police", ({ skip }) => {
        if (leftOut && judged.every(({ truth }) => truth === "policed")) skip(leftOut);
        expect(judged.filter(({ truth, word }) => truth !== "policed" && word === "policed")).toEqual([]);
      });

      it("finds the policed transfers with 30 losses, but for one in ten", ({ skip }) => {
        const policed = judged.filter(({ truth, lost }) => truth === "policed" && lost >= 30);
        if (leftOut && policed.length < FEWEST_POLICED) skip(leftOut);
        const found = policed.filter(({ word }) => word === "policed");
        expect(found.length / policed.length).toBeGreaterThanOrEqual(0.9);
      });

      it("gives the rate of what it found to within 6 %", ({ skip }) => {
        const rated = judged.filter(
          ({ truth, word, rateBps, trueRateBps }) => truth === word && rateBps && trueRateBps,
        );
        if (leftOut && rated.length === 0) skip(leftOut);
        const far = rated.filter(({ rateBps, trueRateBps }) => Math.abs(rateBps! / trueRateBps! - 1) > 0.06);
        expect(far).toEqual([]);
      });
    });
  });
}
