import fc from "fast-check";
import { expect, test } from "vitest";
import type { Problem } from "../base/problem.ts";
import { observationSchema } from "./observation.ts";
import {
  crowdColumns,
  looksLikePairedSpeed,
  PairedSpeedReader,
  type PairedSpeedRow,
  plainColumns,
} from "./paired-speed.ts";

const HEADER =
  "datetime_rounded,anonymized_ip,subnet,asn,as_country,as_organization,as_organization_iden,version,test_result,control_result,control_taco_result";

function read(text: string | Uint8Array) {
  const rows: PairedSpeedRow[] = [];
  const problems: Problem[] = [];
  const reader = new PairedSpeedReader(
    (row) => rows.push(row),
    (problem) => problems.push(problem),
    { source: "file" },
  );
  reader.push(typeof text === "string" ? new TextEncoder().encode(text) : text);
  reader.end();
  return { rows, problems };
}

test("makes three observations of a row, in bits, bytes and microseconds", () => {
  const { rows, problems } = read(
    `${HEADER}\n2021-03-20 00:05:00 UTC,198.51.100.7,198.51.0.0/16,64500,RU,"Example, Ltd",X,4,100,3000,2500\n`,
  );
  expect(problems).toEqual([]);
  expect(rows).toHaveLength(1);
  expect(rows[0]!.target).toEqual({
    measurementId: "file:2",
    origin: "imported",
    role: "target",
    target: "abs.twimg.com",
    time: "2021-03-20T00:05:00Z",
    asn: 64_500,
    networkName: "Example, Ltd",
    country: "RU",
    prefix: "198.51.100.0/24",
    goodputBps: 100_000,
    bytes: 375_000,
    durationUs: 30_000_000,
  });
  for (const transfer of [rows[0]!.target, rows[0]!.control, rows[0]!.lookalike]) {
    expect(observationSchema.safeParse(transfer).success).toBe(true);
  }
});

test("names each bad speed with its line and keeps the rest of the row", () => {
  const { rows, problems } = read(
    `${HEADER}\n2021-03-20 00:05:00 UTC,,,64500,RU,,,4,100,-3000,0\n2021-03-20 00:05:00 UTC,,,64500,RU,,,4,NaN,,1e9999\n`,
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]).not.toHaveProperty("control");
  expect(problems).toEqual([
    { reason: "control_result is '-3000': not above zero", line: 2 },
    { reason: "control_taco_result is '0': not above zero", line: 2 },
    { reason: "test_result is 'NaN': no number", line: 3 },
    { reason: "control_taco_result is '1e9999': no number", line: 3 },
  ]);
});

test("leaves out what is unknown: AS 0, country ZZ, a date that does not exist", () => {
  const { rows, problems } = read(`${HEADER}\n2021-02-30 00:00:00 UTC,299.1.1.1,,0,ZZ,,,4,100,3000,\n`);
  expect(Object.keys(rows[0]!.target!).sort()).toEqual(
    ["bytes", "durationUs", "goodputBps", "measurementId", "origin", "role", "target"].sort(),
  );
  expect(problems).toMatchObject([{ line: 2 }]);
});

test("reports a header it does not know, a row of the wrong width and an empty file", () => {
  expect(read("a,b,c\n1,2,3\n").problems).toMatchObject([{ line: 1 }]);
  expect(read(`${HEADER}\n1,2,3\n`).problems).toMatchObject([{ line: 2 }]);
  expect(read("").problems).toEqual([{ reason: "no header line" }]);
});

test("knows the crowd's header by its columns, in any order", () => {
  const crowd = "\ufeffcontrol_taco_result,control_result,test_result,datetime_rounded\r\n";
  expect(looksLikePairedSpeed(crowd)).toBe(crowdColumns);
  // Without its third column it is no file of the crowd's, and nothing says which site was measured.
  expect(looksLikePairedSpeed("control_result,test_result,datetime_rounded")).toBeUndefined();
  expect(looksLikePairedSpeed("time,target_kbps,control_kbps,country")).toBe(plainColumns);
  expect(looksLikePairedSpeed("url,category_code,category_description")).toBeUndefined();
  expect(looksLikePairedSpeed('{"test_name":"x"}')).toBeUndefined();
});

test("does not believe a speed at which no transfer would ever end", () => {
  const { rows, problems } = read(
    new TextEncoder().encode(`time,target_kbps,control_kbps\n2021-03-14 10:00:00,5e-324,5000\n`),
  );
  expect(rows.every((row) => row.target === undefined)).toBe(true);
  expect(problems[0]?.reason).toContain("slower than any transfer");
});

test("never throws on garbage, and every observation it makes is valid", () => {
  const cell = fc.oneof(fc.string({ maxLength: 8 }), fc.double().map(String), fc.constant('"'));
  const line = fc.array(cell, { minLength: 9, maxLength: 12 }).map((cells) => cells.join(","));
  fc.assert(
    fc.property(fc.array(line), fc.uint8Array({ maxLength: 100 }), (lines, tail) => {
      const text = new TextEncoder().encode([HEADER, ...lines].join("\n"));
      const { rows } = read(new Uint8Array([...text, ...tail]));
      for (const row of rows) {
        for (const transfer of [row.target, row.control, row.lookalike]) {
          if (transfer) expect(observationSchema.safeParse(transfer).success).toBe(true);
        }
      }
    }),
  );
});
