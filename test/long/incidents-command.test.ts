/** From measurements in files to incidents, a report that verifies, and what is new, with the built program. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { incidentRecordSchema } from "../../src/cli/incidents-record.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { drawnObservations } from "../incident/played.ts";
import { PROGRAM } from "../program.ts";

const folder = mkdtempSync(join(tmpdir(), "brakelight-incidents-"));
const env = { ...process.env, XDG_DATA_HOME: join(folder, "data") };
const store = join(folder, "story.duckdb");

function run(...words: string[]): { out: string; status: number | null; err: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, ...words], {
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { out: stdout, err: stderr, status };
}

const changesSince = (since: string, ...words: string[]) =>
  run("changes", "--store", store, "--since", since, "--now", "2026-03-02T23:00:00Z", ...words);

const records = (out: string): Record<string, unknown>[] =>
  out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("incidents of a played story", () => {
  beforeAll(() => {
    const file = join(folder, "population.jsonl");
    const observations = drawnObservations("operator-outage", { seed: 5, observations: 8_000 });
    writeFileSync(file, [...observations].map((one) => `${JSON.stringify(one)}\n`).join(""));
    const timeline = gunzipSync(
      readFileSync(new URL("../cases/operator-outage/timeline.jsonl.gz", import.meta.url)),
    );
    writeFileSync(join(folder, "timeline.jsonl"), timeline);
    execFileSync(process.execPath, [PROGRAM, "import", file, "--store", store], { env });
  });

  it("are told, marked as simulated in every record and sentence", () => {
    const { out, status } = run("incidents", "--store", store, "--json");
    expect(status).toBe(0);
    const [incident, ...others] = records(out).map((record) => incidentRecordSchema.parse(record));
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ kind: "outage", origin: "simulated" });
    expect(incident!.sentence).toMatch(/^Reconstruction/);
    for (const { sentence } of incident!.findings.flatMap(({ attributions }) => attributions))
      expect(sentence).toMatch(/^Reconstruction/);
    const text = run("incidents", "--store", store, incident!.id).out;
    expect(text).toContain("Where it failed");
    expect(text).toMatch(/^Reconstruction/);
  });

  it("have a report that holds, and that does not hold once it is touched", () => {
    const [{ id }] = records(run("incidents", "--store", store, "--json").out) as [{ id: string }];
    const out = join(folder, "report");
    expect(run("report", id, "--store", store, "--out", out).status).toBe(0);
    const page = readFileSync(join(out, "index.html"), "utf8");
    expect(page).toContain("SIMULATED");
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(readFileSync(join(out, "picture.svg"), "utf8")).toContain("SIMULATED");
    expect(JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"))).toMatchObject({ mark: "SIMULATED" });
    expect(run("report", "verify", out)).toMatchObject({
      status: 0,
      out: expect.stringContaining("SIMULATED"),
    });

    const written = readFileSync(join(out, "incident.json"), "utf8");
    writeFileSync(join(out, "incident.json"), written.replace('"simulated"', '"measured"'));
    const forged = run("report", "verify", out);
    expect(forged.status).toBe(1);
    expect(forged.out).toContain("incident.json is not the file that was signed");
    expect(forged.out).toContain(
      'incident.origin is "measured" in the report, and "simulated" from its measurements',
    );
    writeFileSync(join(out, "incident.json"), written);
    const evidence = readFileSync(join(out, "evidence.jsonl"), "utf8");
    writeFileSync(
      join(out, "evidence.jsonl"),
      evidence
        .split("\n")
        .filter((line) => !line.includes('"failed"'))
        .join("\n"),
    );
    expect(run("report", "verify", out)).toMatchObject({
      status: 1,
      out: expect.stringContaining("give no incident"),
    });
  });

  it("are changes of their day, with a feed and a page", () => {
    const atom = join(folder, "changes.atom");
    const { out, status } = changesSince("2026-03-02T09:00:00Z", "--atom", atom, "--json");
    expect(status).toBe(0);
    expect(
      records(out)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(["ended", "started"]);
    expect(readFileSync(atom, "utf8")).toContain("SIMULATED");
    const later = changesSince("2026-03-02T21:00:00Z");
    expect(later.out).toContain("Nothing started");
  });

  it("refuses a webhook into a private network", () => {
    const secret = join(folder, "secret");
    writeFileSync(secret, "a secret that is long enough");
    const { status, err } = changesSince(
      "2026-03-02T09:00:00Z",
      "--webhook",
      "http://127.0.0.1:1/x",
      "--webhook-secret",
      secret,
    );
    expect(status).toBe(2);
    expect(err).toContain("not on the public internet");
  });

  it("has one line for what is not there", () => {
    expect(run("incidents", "--store", store, "no-such-incident")).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^.*no incident of this id.*\n$/),
    });
    expect(run("report", "verify", folder)).toMatchObject({
      status: 1,
      err: expect.stringContaining("no report"),
    });
    expect(run("incidents", "--store", store, "--country", "Russia")).toMatchObject({
      status: 1,
      err: expect.stringMatching(/'Russia' is no country code/),
    });
    expect(run("incidents", "--store", store, "--country", "xx").out).toMatch(/no measurements from XX/);
    const missing = join(folder, "missing.duckdb");
    expect(run("incidents", "--store", missing)).toMatchObject({ status: 1 });
    expect(existsSync(missing)).toBe(false);
    expect(run("incidents", "--store", store, "--notice", "half")).toMatchObject({ status: 1 });
  });
});

describe("addresses of those who measured", () => {
  /** Fifteen users in each of eight networks: slowed from the second day on. Whole addresses stand in the table. */
  const users = Array.from({ length: 120 }, (_, user) => ({
    asn: 64_500 + (user % 8),
    subnet: `203.0.${user}.0/24`,
    address: `203.0.${user}.77`,
  }));
  const place = join(folder, "crowd");
  const own = join(folder, "crowd.duckdb");
  const bundle = join(folder, "bundle");

  beforeAll(() => {
    mkdirSync(place);
    const header =
      "datetime_rounded,anonymized_ip,subnet,asn,as_country,as_organization,as_organization_iden,version,test_result,control_result,control_taco_result";
    const rows = Array.from({ length: 72 }, (_, hour) =>
      users
        .filter((_, user) => user % 6 === hour % 6)
        .map(({ asn, subnet, address }) => {
          const day = 10 + Math.floor(hour / 24);
          const speed = day > 10 ? 120 : 4_000;
          const time = `2021-03-${day} ${String(hour % 24).padStart(2, "0")}:00:00 UTC`;
          return `${time},${address},${subnet},${asn},RU,Network ${asn},ORG,4,${speed},4500,4400`;
        }),
    ).flat();
    writeFileSync(join(place, "crowd.csv"), [header, ...rows].join("\n"));
    execFileSync(process.execPath, [PROGRAM, "import", join(place, "crowd.csv"), "--store", own], { env });
  });

  it("are in no store, no answer, no export, no report and no feed", async () => {
    const told = run("incidents", "--store", own, "--json").out;
    const [incident] = records(told) as { id: string }[];
    expect(incident).toBeDefined();
    const made = run("report", incident!.id, "--store", own, "--out", bundle);
    expect(made.status, made.err).toBe(0);
    const atom = join(bundle, "changes.atom");
    const since = ["--since", "2021-03-01", "--now", "2021-03-13T12:00:00Z"];
    const changes = run("changes", "--store", own, ...since, "--atom", atom, "--json").out;
    const opened = await openDuckdbStore(own);
    for (const name of ["all.jsonl", "all.parquet"]) await opened.exportTo(join(bundle, name), {});
    await opened.close();
    const kept = [own, ...readdirSync(bundle).map((name) => join(bundle, name))];
    expect(kept.length).toBeGreaterThan(8);
    const texts = [told, changes, made.out, made.err, run("networks", "--store", own, "--json").out];
    for (const { address } of users) {
      for (const file of kept)
        expect(readFileSync(file).includes(address), `${address} in ${file}`).toBe(false);
      for (const text of texts) expect(text.includes(address)).toBe(false);
    }
    // The search would find them: the store and its exports have the prefixes.
    expect(readFileSync(join(bundle, "all.jsonl")).includes("203.0.7.0/24")).toBe(true);
  });
});
