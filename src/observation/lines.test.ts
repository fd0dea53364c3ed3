import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "./lines.ts";

function split(chunks: readonly Uint8Array[], longest?: number) {
  const lines: [string, number][] = [];
  const problems: string[] = [];
  const splitter = new LineSplitter(
    (text, line) => lines.push([text, line]),
    (problem) => problems.push(`${problem.line}: ${problem.reason}`),
    longest,
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return { lines, problems };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("numbers lines, and drops CR, blank lines and a byte order mark", () => {
  expect(split([bytes("\ufeffone\r\n\n  \ntw"), bytes("o\nthree")]).lines).toEqual([
    ["one", 1],
    ["two", 4],
    ["three", 5],
  ]);
});

test("skips a line that is too long, says which, and reads on", () => {
  const { lines, problems } = split([bytes("abc\nxxxx"), bytes("xxxxxx"), bytes("x\ndef\n")], 8);
  expect(lines).toEqual([
    ["abc", 1],
    ["def", 3],
  ]);
  expect(problems).toEqual(["2: line longer than 8 bytes skipped"]);
});

test("keeps a line although its chunk is overwritten", () => {
  const chunk = bytes("ab");
  const lines: string[] = [];
  const splitter = new LineSplitter(
    (text) => lines.push(text),
    () => {},
  );
  splitter.push(chunk);
  chunk.fill(0x7a);
  splitter.end();
  expect(lines).toEqual(["ab"]);
});

test("gives the same lines whatever the chunks", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,6}$/)),
      fc.integer({ min: 1, max: 5 }),
      (texts, size) => {
        const all = bytes(texts.join("\n"));
        const chunks = [];
        for (let i = 0; i < all.length; i += size) chunks.push(all.subarray(i, i + size));
        expect(split(chunks).lines.map(([text]) => text)).toEqual(texts);
      },
    ),
  );
});
