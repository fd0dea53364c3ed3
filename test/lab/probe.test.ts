/**
 * The probe as a user runs it, at a client of the laboratory, against our own control server abroad: what it says of names
 * of each fate, what a capture beside it says, and what it says on bad networks.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProbeVerdict, probeVerdictSchema } from "../../src/cli/probe-record.ts";
import { median } from "../../src/stats/quantile.ts";
import { PROGRAM } from "../program.ts";
import { whyNoLab } from "./in-cell.ts";
import { jsonLines, newFolder, type Ran, runLab, runProgram } from "./lab-command.ts";
import { onQuietMachine } from "./quiet-machine.ts";

const SCENARIO = join(dirname(fileURLToPath(import.meta.url)), "probe.yaml");
const PORT = "4443";

describe.skipIf(whyNoLab)(`the probe in the laboratory${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  let id = "";
  let control = "";
  let server: ChildProcess | undefined;
  const data = newFolder();

  const inLab = (client: string, ...command: string[]): Promise<Ran> =>
    runLab(
      "exec",
      "--lab",
      id,
      client,
      "env",
      `XDG_DATA_HOME=${data}`,
      process.execPath,
      PROGRAM,
      ...command,
    );

  const startServer = async (): Promise<ChildProcess> => {
    const words = ["lab", "exec", "--lab", id, "berlin", process.execPath, PROGRAM, "control-server"];
    const started = spawn(process.execPath, [
      PROGRAM,
      ...words,
      "--port",
      PORT,
      "--http-port",
      "none",
      "--json",
    ]);
    await new Promise<void>((resolve, reject) => {
      started.stdout.once("data", () => resolve());
      started.once("exit", () => reject(new Error("the control server does not start")));
    });
    return started;
  };

  const probe = async (target: string, ...options: string[]): Promise<ProbeVerdict> => {
    const sites = ["--site", "https://control.example/film", "--site", "https://other.example/film"];
    const ran = await inLab("phone", "probe", target, ...sites, "--insecure", "--yes", "--json", ...options);
    const [line] = jsonLines(ran.out);
    expect(line, ran.words).toBeDefined();
    return probeVerdictSchema.parse(line);
  };
  const withServer = (target: string, ...options: string[]): Promise<ProbeVerdict> =>
    probe(target, "--control", `${control}:${PORT}`, "--no-report", ...options);

  beforeAll(async () => {
    const started = await runLab("start", SCENARIO, "--speed", "1", "--no-captures", "--out", newFolder());
    id = /'([^']+)'/.exec(started.out)![1]!;
    const { out } = await runLab(
      "exec",
      "--lab",
      id,
      "berlin",
      "ip",
      "-4",
      "-o",
      "addr",
      "show",
      "scope",
      "global",
    );
    control = /inet ([\d.]+)/.exec(out)![1]!;
    server = await startServer();
  });
  afterAll(async () => {
    server?.kill();
    if (id) await runLab("stop", "--lab", id);
  });

  it("finds the policer, its rate and both its directions, and a capture beside it agrees", (context) =>
    onQuietMachine(context, async () => {
      const capture = join(newFolder(), "phone.pcap");
      // In a user namespace tcpdump fails: it may not change its groups there.
      const program =
        process.getuid?.() === 0
          ? ["tcpdump", "-i", "any", "-s", "700", "-U", "-w", capture, "tcp", "port", PORT]
          : ["dumpcap", "-q", "-i", "any", "-s", "700", "-P", "-w", capture, "-f", `tcp port ${PORT}`];
      const recorder = spawn(process.execPath, [PROGRAM, "lab", "exec", "--lab", id, "phone", ...program]);
      const ended = new Promise((resolve) => recorder.once("exit", resolve));
      await sleep(1500);
      const verdict = await withServer("https://www.slow.example/film");
      const { state, slowness, direction, origin, evidence } = verdict;
      expect([state, slowness, origin], evidence.join("; ")).toEqual(["throttled", "policed", "simulated"]);
      // Both ways; one alone would be wrong. Absent where the uploads did not come to a decision in time.
      expect(["both", undefined], evidence.join("; ")).toContain(direction);
      expect(verdict.mechanisms).toEqual(["tls.throttle.sni"]);
      expect(Math.abs(verdict.rateBps! / 146_000 - 1)).toBeLessThan(0.05);
      await runLab("exec", "--lab", id, "phone", "pkill", "-INT", program[0]!);
      await ended;
      const analysed = await runProgram("analyze", capture, "--json", "--overhead", "0");
      const policed = jsonLines(analysed.out).filter(
        ({ type, serverName, slowness }) =>
          type === "connection" && serverName === "www.slow.example" && slowness === "policed",
      );
      expect(policed.length).toBeGreaterThanOrEqual(3);
      const rates = policed.map(({ policer }) => (policer as { rateBps: number }).rateBps);
      expect(Math.abs(median(rates) / verdict.rateBps! - 1), rates.join(", ")).toBeLessThan(0.05);
    }));

  it("measures the rate of a bucket of four packets, which flows stay far below, at a pace", (context) =>
    onQuietMachine(context, async () => {
      const { state, slowness, rateBps, evidence } = await withServer("https://www.starved.example/film");
      expect([state, slowness], evidence.join("; ")).toEqual(["throttled", "policed"]);
      expect(Math.abs(rateBps! / 1e6 - 1), evidence.join("; ")).toBeLessThan(0.05);
    }));

  it("reaches no further than probably without a control server", (context) =>
    onQuietMachine(context, async () => {
      const verdict = await probe("https://www.slow.example/film", "--no-report");
      expect(verdict).toMatchObject({ state: "throttled", unpaired: true });
      expect(verdict.confidence).toBeLessThanOrEqual(0.8);
    }));

  it("looks at the target's own address where nobody answers at the control server, and says so", (context) =>
    onQuietMachine(context, async () => {
      const nobody = `${control.split(".").slice(0, 3).join(".")}.77`;
      const verdict = await probe("https://www.slow.example/film", "--no-report", "--control", nobody);
      expect(verdict).toMatchObject({ state: "throttled", unpaired: true });
      expect(verdict.evidence[1]).toMatch(/^no connection to the control server \(/);
    }));

  it("calls what is reset blocked, what is held back delayed, and what is free neither", (context) =>
    onQuietMachine(context, async () => {
      expect(await withServer("https://www.shut.example/film")).toMatchObject({
        ...{ state: "blocked", mechanisms: ["tls.reset.sni"] },
      });
      expect(await withServer("https://www.late.example/film")).toMatchObject({
        ...{ state: "throttled", slowness: "delayed" },
      });
      // Without a server as well: the kernel says that nobody had the hello.
      const alone = await probe("https://www.late.example/film", "--no-report");
      expect(alone).toMatchObject({ state: "throttled", slowness: "delayed", unpaired: true });
      expect(alone.evidence).toContainEqual(
        expect.stringMatching(/nobody acknowledged the hello.*held on the way/),
      );
      // Enough of both that a bad minute of the mobile line does not end it undecided.
      const patient = ["--budget-bytes", "40000000", "--budget-seconds", "60"];
      expect(await withServer("https://www.free.example/film", ...patient)).toMatchObject({ state: "ok" });
    }));

  it("says in one line what a network lacks, and how it ended by its exit code", async () => {
    const nobody = await inLab(
      "phone",
      "probe",
      "nobody.example",
      "--site",
      "https://control.example/film",
      "--yes",
    );
    expect([nobody.code, nobody.words]).toEqual([2, expect.stringMatching(/^report: .*report\.jsonl\n$/)]);
    expect(nobody.out.split("\n")[0]).toMatch(
      /cannot tell \(insufficient\): the name nobody.example has no address/,
    );
    const site = ["--site", "https://control.example/film", "--yes", "--json", "--no-report"];
    const refused = await inLab("phone", "probe", "https://www.free.example:81/", ...site);
    expect(jsonLines(refused.out)[0]).toMatchObject({ state: "down" });
    const wrong = await inLab("phone", "probe", "ftp://www.free.example/");
    expect([wrong.code, wrong.out]).toEqual([1, ""]);
    expect(wrong.words.trim().split("\n")).toHaveLength(1);
    const failOn = await inLab(
      "phone",
      "probe",
      "https://www.shut.example/film",
      ...site,
      "--insecure",
      "--fail-on",
      "blocked",
    );
    expect(failOn.code).toBe(10);
  });

  it("keeps what was measured when the control server dies in the middle, and reports it", (context) =>
    onQuietMachine(context, async () => {
      const report = join(newFolder(), "report.jsonl");
      const measuring = probe(
        "https://www.slow.example/film",
        "--control",
        `${control}:${PORT}`,
        "-o",
        report,
      );
      await sleep(4000);
      server!.kill();
      const verdict = await measuring;
      // It may have seen enough by then; what it must not do is call the name free, or fall over.
      expect(["throttled", "insufficient"]).toContain(verdict.state);
      const [measurement] = jsonLines(readFileSync(report, "utf8")) as [
        { test_keys: { observations: unknown[] } },
      ];
      expect(measurement.test_keys.observations.length).toBeGreaterThan(0);
      server = await startServer();
    }));
});
