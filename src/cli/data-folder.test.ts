import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  appendReport,
  consents,
  forgetAll,
  privateDataFolder,
  readDays,
  recordConsent,
  recordDays,
} from "./data-folder.ts";

let folder: string;
beforeEach(() => {
  const home = mkdtempSync(join(tmpdir(), "brakelight-data-"));
  vi.stubEnv("XDG_DATA_HOME", home);
  folder = join(home, "brakelight");
});
afterEach(() => vi.unstubAllEnvs());

describe("the data folder", () => {
  it("is the user's alone, and so is what lies in it", () => {
    const path = appendReport('{"a":1}');
    appendReport('{"a":2}');
    expect(readFileSync(path, "utf8")).toBe('{"a":1}\n{"a":2}\n');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is the user's alone where a laboratory's run is the first to need it", () => {
    mkdirSync(join(privateDataFolder(), "runs", "first-look", "captures"), { recursive: true });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it("remembers consents and a diary's days, each in its file", () => {
    expect([consents(), readDays()]).toEqual([{}, {}]);
    recordConsent("pairs", "2026-11-25T20:00:00Z");
    recordConsent("explain", "2026-11-25T21:00:00Z");
    recordDays({ "2026-11-25": 5_000_000 });
    expect(consents()).toEqual({ pairs: "2026-11-25T20:00:00Z", explain: "2026-11-25T21:00:00Z" });
    expect(readDays()).toEqual({ "2026-11-25": 5_000_000 });
  });

  it.each(["", "not json", "3", "null", "[1"])("takes a file of %j for an empty one", (text) => {
    recordDays({});
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), text);
    expect(Object.keys(readDays())).toEqual([]);
  });

  it("is empty after forgetting, but for what is not the probe's", () => {
    appendReport("{}");
    recordConsent("pairs", "2026-11-25T20:00:00Z");
    recordDays({ "2026-11-25": 1 });
    writeFileSync(join(folder, "somebody-elses"), "");
    expect(forgetAll()).toHaveLength(3);
    expect(readdirSync(folder)).toEqual(["somebody-elses"]);
    expect(forgetAll()).toEqual([]);
  });
});
