import { Command } from "commander";
import { afterEach, expect, it, vi } from "vitest";
import { addProbe } from "./probe.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

async function shown(...args: string[]): Promise<string> {
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  const program = new Command();
  addProbe(program, "0");
  await program.parseAsync(["probe", "x.test", "--lang", "en", "--dry-run", ...args], { from: "user" });
  return written.join("");
}

it("sends its report to nobody with --no-collector, whatever --submit says", async () => {
  const submit = ["--submit", "https://collector.test/"];
  expect(await shown(...submit)).toContain("collector.test (collector");
  for (const flag of ["-n", "--no-collector"])
    expect(await shown(...submit, flag)).not.toContain("collector.test");
});

it("moves no more with --explain than its budget, and says so before", async () => {
  const bounds = await shown("--explain", "--control", "192.0.2.1", "--budget-bytes", "5MB");
  expect(bounds).toContain("at most 5.00 MB for each target and takes at most 120 s");
});
