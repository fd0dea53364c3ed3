import fc from "fast-check";
import { expect, test } from "vitest";
import type { Problem } from "../base/problem.ts";
import { CsvParser, csvFields, LONGEST_RECORD_CHARACTERS, MOST_FIELDS } from "./csv.ts";

function parse(text: string, chunkBytes = 7) {
  const records: { fields: readonly string[]; line: number }[] = [];
  const problems: Problem[] = [];
  const parser = new CsvParser(
    (fields, line) => records.push({ fields, line }),
    (problem) => problems.push(problem),
  );
  const bytes = new TextEncoder().encode(text);
  for (let i = 0; i < bytes.length; i += chunkBytes) parser.push(bytes.subarray(i, i + chunkBytes));
  parser.end();
  return { records, problems };
}

test("reads quotes, doubled quotes, commas and line ends inside quotes, CRLF and a byte order mark", () => {
  const { records, problems } = parse('\ufeffa,b\r\n"LLC ""Radio"", Ltd","two\nlines"\r\n\r\n,last');
  expect(problems).toEqual([]);
  expect(records).toEqual([
    { fields: ["a", "b"], line: 1 },
    { fields: ['LLC "Radio", Ltd', "two\nlines"], line: 2 },
    { fields: ["", "last"], line: 5 },
  ]);
});

test("reports quotes that never close", () => {
  expect(parse('a\n"b,c\nd').problems).toEqual([{ reason: "quotes are never closed", line: 2 }]);
});

test("gives up a record that is too long or too wide, and reads on", () => {
  const long = parse(`a\n${"x".repeat(LONGEST_RECORD_CHARACTERS + 5)}\nb\n`, 65_536);
  expect(long.records.map(({ fields }) => fields[0])).toEqual(["a", "b"]);
  expect(long.problems).toMatchObject([{ line: 2 }]);
  const wide = parse(`a\n${",".repeat(MOST_FIELDS + 5)}\nb\n`);
  expect(wide.records.map(({ line }) => line)).toEqual([1, 3]);
  expect(wide.problems).toMatchObject([{ line: 2 }]);
});

test("gives back what was written, whatever the chunks", () => {
  const field = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 2, maxLength: 4 })),
      fc.integer({ min: 1, max: 9 }),
      (rows, size) => {
        const text = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(",")).join("\n");
        expect(parse(text, size).records.map(({ fields }) => fields)).toEqual(rows);
      },
    ),
  );
});

test("never throws on garbage", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const parser = new CsvParser(
        () => {},
        () => {},
      );
      parser.push(bytes);
      parser.end();
    }),
  );
});

test("reads the fields of one line", () => {
  expect(csvFields('a,"b"')).toEqual(["a", "b"]);
  expect(csvFields("")).toBeUndefined();
});
