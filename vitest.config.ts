import { defineConfig } from "vitest/config";

const PLAYS = [
  "play",
  "faults",
  "relay-play",
  "relay-network",
  "telegram",
  "robustness",
  "demo",
  "documents",
  "explain",
  "other-boxes",
].map((name) => `test/lab/${name}.test.ts`);
const lab = { globalSetup: "test/build-first.ts", testTimeout: 600_000, hookTimeout: 120_000 };

/**
 * unit: beside the sources, quick, no privileges. long: real data, simulator and fuzzing at full size.
 * lab, lab-plays: a real kernel between namespaces; they say why they skip where that is not possible.
 */
export default defineConfig({
  test: {
    // As many workers as cores; by default one core stays idle.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "test/unit/**/*.test.ts",
            "test/store/**/*.test.ts",
            "test/server/**/*.test.ts",
          ],
          globalSetup: "test/build-first.ts",
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "long",
          include: ["test/long/**/*.test.ts"],
          globalSetup: "test/build-first.ts",
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
          fileParallelism: true,
        },
      },
      {
        test: {
          // The pages in a real Chromium.
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/build-first.ts",
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // By hand: needs the package of test/clickhouse.
          name: "clickhouse",
          include: ["test/clickhouse/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...lab,
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          exclude: PLAYS,
          // Where speeds are measured: one file at a time, and two laboratories at most.
          fileParallelism: false,
          maxConcurrency: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...lab,
          name: "lab-plays",
          include: PLAYS,
          // Mostly waiting, for what a story does next or for a slowed answer: two files at a time, and four laboratories at most.
          maxWorkers: 2,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
