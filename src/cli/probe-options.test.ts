import { expect, it } from "vitest";
import { findControls, readBytes, readPatience } from "./probe-options.ts";

it("reads sizes as all of the project does, and bare numbers as bytes", () => {
  expect(["20MB", "400 kB", "1000000", "16 KiB"].map((text) => readBytes("--x", text))).toEqual([
    ...[20e6, 400e3, 1e6, 16_384],
  ]);
  for (const text of ["", "0", "-1", "20 miles", "1000 GB"])
    expect(() => readBytes("--x", text)).toThrow(`--x: '${text}' is no number of bytes such as 20MB`);
});

it("reads the longest wait as any other duration, within what a control server waits", () => {
  expect([true as const, "15m", "90s", "90 s", "0.25h"].map(readPatience)).toEqual([900, 900, 90, 90, 900]);
  for (const text of ["15", "5s", "17m", "soon"]) expect(() => readPatience(text)).toThrow("--patient:");
});

it("leaves out a control server that has no address, unless there is no other", async () => {
  const missing: string[] = [];
  const found = await findControls(["nobody.invalid:8443", "127.0.0.1:443"], (name) => missing.push(name));
  expect([found, missing]).toEqual([[{ address: "127.0.0.1", port: 443 }], ["nobody.invalid"]]);
  await expect(findControls(["nobody.invalid"], () => {})).rejects.toThrow(/nobody\.invalid has no address/);
  expect(await findControls([], () => {})).toEqual([]);
});
