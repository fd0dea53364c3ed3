import { expect, it } from "vitest";
import { measurementMessage, ndt7TestOf, nextMessageBytes } from "./ndt7-messages.ts";

it("measurements have the spec's form", () => {
  expect(JSON.parse(measurementMessage("download", 250_000.4, 8192))).toEqual({
    AppInfo: { ElapsedTime: 250_000, NumBytes: 8192 },
    Origin: "server",
    Test: "download",
  });
});

it("messages begin with 8 KiB, and double when they are less than a sixteenth of what was sent", () => {
  expect(nextMessageBytes(undefined, 0)).toBe(8192);
  expect(nextMessageBytes(8192, 16 * 8192)).toBe(8192);
  expect(nextMessageBytes(8192, 17 * 8192)).toBe(16_384);
  expect(nextMessageBytes(1 << 18, 1e9)).toBe(1 << 18);
});

it("only two paths are tests", () => {
  expect(["/ndt/v7/download", "/ndt/v7/upload", "/ndt/v7/", "/"].map(ndt7TestOf)).toEqual([
    "download",
    "upload",
    undefined,
    undefined,
  ]);
});
