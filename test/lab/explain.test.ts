/**
 * What triggers a throttler or a blocker, where it sits and what gets past it, found from a client of a laboratory and held
 * against what the laboratory knows: the rules of twitter-2021 as they were on three days, boxes at the hops of its
 * networks.
 */
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type ProbeVerdict, probeVerdictSchema } from "../../src/cli/probe-record.ts";
import { PROGRAM } from "../program.ts";
import { whyNoLab } from "./in-cell.ts";
import { jsonLines, newFolder, readLines, runLab } from "./lab-command.ts";
import { onQuietMachine } from "./quiet-machine.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The pairs' thirty, two minutes, and what --patient adds. */
const MOST_SECONDS = 150;
const RUNNING: string[] = [];

/** `idle`: how long the box of mts remembers a connection that is still. */
function scenario(start: string, idle = "10m"): string {
  return `
name: explain
title: Twitter's rules in force from the start
start: ${start}T12:00:00Z
end: 2021-05-20T00:00:00Z
rules:
  twitter: twitter-2021.yaml
  registry:
    action: {kind: page, status: 403, body: no}
    rules:
      - {id: entry-1, names: [rutracker.org, "*.rutracker.org"], protocols: [tls, http]}
  clear:
    rules:
      - {id: clear-1, names: ["*.clear.example"], protocols: http, action: {kind: police, rate: 146 kbit/s, burst: 16 kB}}
      - {id: clear-2, names: [www.warned.example], protocols: http, action: {kind: page, status: 200, body: "<h1>Access is restricted</h1>"}}
hosting: [{name: hoster, asn: 64500, country: US, link: {delay: 22 ms}}]
sites:
${["example.org", "t.co", "twitter.com", "abs.twimg.com", "reddit.com", "rutracker.org", "www.clear.example", "www.warned.example"].map((name) => `  - {name: ${name}, hosting: hoster}`).join("\n")}
networks:
  - {name: mts, kind: mobile, asn: 8359, hops: 7, access: {down: 20 Mbit/s, up: 6 Mbit/s, delay: 20 ms, jitter: 4 ms}, box: {hop: 4, idle: ${idle}, rules: twitter}, blocker: {hop: 7, rules: registry}, clients: [mts-phone]}
  - {name: megafon, kind: mobile, asn: 31213, access: {down: 22 Mbit/s, up: 6 Mbit/s, delay: 18 ms, jitter: 3 ms}, box: {hop: 2, rules: twitter}, blocker: {hop: 4, rules: registry}, clients: [megafon-phone]}
  - {name: obit, kind: landline, asn: 8492, access: {down: 80 Mbit/s, up: 40 Mbit/s, delay: 4 ms}, box: {hop: 3, rules: twitter}, clients: [obit-desk]}
  - {name: ufanet, kind: landline, asn: 24955, access: {down: 40 Mbit/s, up: 20 Mbit/s, delay: 9 ms}, box: {hop: 3, rules: clear}, clients: [ufanet-desk]}
  - {name: berlin, kind: abroad, asn: 3320, country: DE, access: {delay: 9 ms}, clients: [berlin-desk]}
`;
}

interface Lab {
  readonly id: string;
  readonly out: string;
}

async function start(day: string, idle?: string): Promise<Lab> {
  const folder = newFolder();
  const out = join(folder, "out");
  mkdirSync(out);
  copyFileSync(join(ROOT, "scenarios/rules/twitter-2021.yaml"), join(folder, "twitter-2021.yaml"));
  const path = join(folder, "scenario.yaml");
  writeFileSync(path, scenario(day, idle));
  const started = await runLab("start", path, "--no-captures", "--out", out);
  const id = /runs as '([^']+)'/.exec(started.out)?.[1];
  if (!id) throw new Error(started.words);
  RUNNING.push(id);
  return { id, out };
}

async function explainFrom(
  { id }: Lab,
  client: string,
  name: string,
  control = "example.org",
  ...more: string[]
): Promise<ProbeVerdict> {
  const probe = [
    "probe",
    `https://${name}/bytes/900000`,
    "--control",
    control,
    "--explain",
    "--json",
    "--yes",
  ];
  const rest = ["--insecure", "--no-report", "--site", "https://example.org/bytes/900000", ...more];
  const data = `XDG_DATA_HOME=${newFolder()}`;
  const ran = await runLab(
    "exec",
    "--lab",
    id,
    client,
    "env",
    data,
    process.execPath,
    PROGRAM,
    ...probe,
    ...rest,
  );
  const [line] = jsonLines(ran.out);
  expect(line, ran.words).toBeDefined();
  const verdict = probeVerdictSchema.parse(line);
  expect(verdict.seconds).toBeLessThan(MOST_SECONDS);
  expect(verdict.trigger?.connections ?? 0).toBeLessThanOrEqual(40);
  return verdict;
}

/** At berlin-desk, with TLS on a second port as well; its address. */
async function startControlServer(lab: Lab): Promise<string> {
  const server = spawn(process.execPath, [
    ...[PROGRAM, "lab", "exec", "--lab", lab.id, "berlin-desk", process.execPath, PROGRAM],
    ...["control-server", "--other-port", "8443", "--json"],
  ]);
  const { address } = await new Promise<{ address: string }>((resolve, reject) => {
    server.stdout.once("data", (bytes: Buffer) => resolve(JSON.parse(bytes.toString().split("\n")[0]!)));
    server.once("exit", () => reject(new Error("the control server ended")));
  });
  expect(address).toBe("::");
  const show = ["ip", "-4", "-o", "addr", "show", "up"];
  const { out } = await runLab("exec", "--lab", lab.id, "berlin-desk", ...show);
  await sleep(500);
  return /inet (10\.[\d.]+)\//.exec(out)![1]!;
}

function trueHop({ out }: Lab, client: string, site: string): unknown {
  return readLines(join(out, "truth.jsonl")).findLast(
    (line) => line["client"] === client && line["site"] === site,
  )?.["hop"];
}

afterEach(async () => {
  for (const id of RUNNING.splice(0)) await runLab("stop", "--lab", id);
});

/** What got past the boxes of 2021 (Xue et al., IMC 2021). */
const PAST = { "tcp-split": true, padding: true, "low-ttl": true, "no-name": true };

describe.skipIf(whyNoLab)(`an explanation${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  it.for([
    ["2021-03-10", "mts-phone", "t.co", "*t.co*", false],
    // Not in any order: a piece of it is.
    ["2021-03-10", "mts-phone", "reddit.com", "*t.co*", false],
    ["2021-03-11", "obit-desk", "t.co", "t.co", true],
    ["2021-03-11", "mts-phone", "twitter.com", "*twitter.com", true],
    ["2021-04-03", "obit-desk", "abs.twimg.com", "*.twimg.com", true],
  ] as const)(
    "on %s from %s: %s falls under %s, at the box's hop",
    ([day, client, name, pattern, isPastByDot], context) =>
      onQuietMachine(context, async () => {
        const lab = await start(day);
        const { trigger, place, bypass, evidence } = await explainFrom(lab, client, name);
        expect(trigger).toMatchObject({ pattern, where: "sni" });
        expect(place?.throttlerHop).toBe(trueHop(lab, client, name));
        expect(place).not.toHaveProperty("blockerHop");
        expect(bypass).toMatchObject({ ...PAST, "trailing-dot": isPastByDot });
        // A site that is no control server of ours.
        expect(bypass).not.toHaveProperty("quic");
        // One of the four may not be told; none may come out as not looked at.
        const fields = evidence.filter((sentence) => sentence.startsWith("hello with another"));
        expect(fields.filter((sentence) => sentence.endsWith(": it is not looked at"))).toEqual([]);
        expect(
          fields.filter((sentence) => sentence.endsWith(": it is looked at")).length,
        ).toBeGreaterThanOrEqual(3);
      }),
  );

  it("finds the operator's blocker behind the throttler", (context) =>
    onQuietMachine(context, async () => {
      const lab = await start("2021-03-10");
      const { trigger, place } = await explainFrom(lab, "megafon-phone", "rutracker.org");
      expect(trigger?.pattern).toBe("rutracker.org, *.rutracker.org");
      expect(place?.blockerHop).toBe(4);
      expect(place).not.toHaveProperty("throttlerHop");
    }));

  it("tries all shapes against a control server, QUIC and waiting among them", (context) =>
    onQuietMachine(context, async () => {
      const lab = await start("2021-03-10", "20 s");
      const own = await startControlServer(lab);
      const explained = await explainFrom(lab, "mts-phone", "abs.twimg.com", own, "--patient", "45s");
      const { trigger, place, bypass, stateLife, evidence } = explained;
      // Still for 6, 15, 27, 33 and 45 s.
      expect(stateLife, evidence.join("; ")).toEqual({
        keptSeconds: 15,
        forgottenSeconds: 27,
        busySeconds: 45,
      });
      // "A TLS ClientHello with a matching SNI, sent by either end"; the rules are for TLS.
      expect(evidence).toContain(
        "a hello sent by the server: acted on in 2 of 2, under a neutral name acted on in 0 of 2: it triggers as well",
      );
      expect(evidence).toContain(
        "the name as Host of a plain HTTP request: acted on in 0 of 2, under a neutral name acted on in 0 of 2: it does not trigger",
      );
      expect(evidence.join("; ")).toMatch(/every byte inverted: acted on in 0 of 2: it is the bytes/);
      expect(trigger?.pattern).toBe("*.twimg.com");
      expect(place?.throttlerHop).toBe(4);
      expect(bypass).toEqual({
        ...PAST,
        "record-split": true,
        "record-before": true,
        "trailing-dot": true,
        "other-port": false,
        "idle-wait": true,
        quic: true,
      });
      // The laboratory ends it (afterEach).
    }));

  it("finds a name that triggers in a plain request's Host and not over TLS", (context) =>
    onQuietMachine(context, async () => {
      const lab = await start("2021-04-03");
      const own = await startControlServer(lab);
      const { state, mechanisms, trigger, evidence, rateBps } = await explainFrom(
        lab,
        "ufanet-desk",
        "www.clear.example",
        own,
      );
      expect([state, mechanisms], evidence.join("; ")).toEqual(["throttled", ["http.throttle.host"]]);
      expect(trigger).toMatchObject({ where: "host" });
      expect(Math.abs(rateBps! / 146_000 - 1)).toBeLessThan(0.1);
      expect(evidence[0]).toMatch(/over TLS the name makes no difference/);
    }));

  it("calls a page that a box puts in the control server's place a block, however slowly it comes", (context) =>
    onQuietMachine(context, async () => {
      const lab = await start("2021-04-03");
      const own = await startControlServer(lab);
      const verdict = await explainFrom(lab, "ufanet-desk", "www.warned.example", own);
      const { state, mechanisms, evidence, trigger } = verdict;
      expect([state, mechanisms], evidence.join("; ")).toEqual(["blocked", ["http.blockpage"]]);
      expect(trigger).toMatchObject({ where: "host" });
      expect(verdict).not.toHaveProperty("bypass");
    }));

  it("explains nothing where nothing is slowed", async () => {
    const lab = await start("2021-04-03");
    const verdict = await explainFrom(lab, "berlin-desk", "twitter.com");
    expect(verdict.state).toBe("ok");
    expect(verdict).not.toHaveProperty("trigger");
    expect(verdict).not.toHaveProperty("place");
  });
});
