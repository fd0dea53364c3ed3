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

it("names everybody that it will contact, those that --connect and --resolver name among them", async () => {
  const said = await shown(
    "--connect",
    "192.0.2.7",
    "--resolver",
    "9.9.9.9",
    "--site",
    "https://site.test/x",
  );
  for (const place of [
    "x.test (target)",
    "192.0.2.7 (gets",
    "9.9.9.9 (name server",
    "site.test/x (control site)",
  ])
    expect(said).toContain(place);
});

it("asks a usual second name server for public names alone, names it before, and nobody where none is wanted", async () => {
  expect(await shown("--input", "news.test.org")).toMatch(/ {2}9\.9\.9\.9 \(name server/);
  for (const options of [[], ["-i", "printer"], ["-i", "192.0.2.1"], ["-i", "nas.local"]])
    expect(await shown(...options)).not.toContain("name server: is asked");
  const named = ["-i", "news.test.org"];
  expect(await shown(...named, "--resolver", "none")).not.toContain("name server: is asked");
  expect(await shown(...named, "--connect", "192.0.2.7")).not.toContain("name server: is asked");
  expect(await shown(...named, "--resolver", "192.0.2.53")).toMatch(/192\.0\.2\.53 \(name server/);
});

it("says of a target given as http: that HTTPS is measured", async () => {
  expect(await shown("-i", "http://plain.test/x")).toContain("https://plain.test/x (target)");
});

it("refuses what an option cannot mean before anybody is asked", async () => {
  const refused: [args: string[], words: RegExp][] = [
    [["--resolver", "foo"], /--resolver: 'foo' is no IP address/],
    [["-o", "/nowhere/at/all.jsonl"], /--reportfile: \/nowhere\/at\/all\.jsonl cannot be written/],
    [["--seed", "x"], /--seed: 'x' is no number/],
    [["-i", "https://user:secret@x.test/"], /holds a user name or password/],
    [["--site", "ftp://x.test"], /--site: 'ftp:\/\/x\.test'/],
    [["--neutral", "a b"], /--neutral: 'a b' is no host name/],
    [["--neutral", "www.x.test"], /--neutral: 'www\.x\.test' would be compared with x\.test/],
  ];
  for (const [args, words] of refused) await expect(shown(...args)).rejects.toThrow(words);
});

it("sends its report where --probe-services says, as --submit", async () => {
  expect(await shown("--probe-services", "https://collector.test/")).toContain("collector.test (collector");
});
