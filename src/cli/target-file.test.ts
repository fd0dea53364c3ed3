import { describe, expect, it } from "vitest";
import { readTargetFile } from "./target-file.ts";

const HEAD = "url,category_code,category_description,date_added,source,notes\n";
const texts = (file: string): string[] => readTargetFile(file).targets.map(({ text }) => text);

describe("A file of targets", () => {
  it("keeps the commas of plain URLs", () => {
    const url = "https://x.test/a,b;c?d=1,2";
    expect(texts(`# mine\n${url}\r\n\ny.test\n`)).toEqual([url, "y.test"]);
    expect(readTargetFile(`${url}\n`).targets[0]!.path).toBe("/a,b;c?d=1,2");
  });

  it("reads Citizen Lab's quoted fields, over several lines too", () => {
    const rows =
      '"https://x.test/a,b",NEWS,News,2014-04-15,lab,"two\nlines, ""quoted"""\nhttps://y.test/,HUMR,,,,\n';
    expect(texts(HEAD + rows)).toEqual(["https://x.test/a,b", "https://y.test/"]);
    expect(texts(`\ufeff${rows}`)).toEqual(["https://x.test/a,b", "https://y.test/"]);
  });

  it("leaves out what is no target, and counts it", () => {
    const { targets, skipped, firstProblem } = readTargetFile(
      `${HEAD}https://x.test/,NEWS,,,,\nftp://y.test/,NEWS,,,,\nnot a name,NEWS,,,,\nz.test,NEWS,,,,\n`,
    );
    expect(targets.map(({ name }) => name)).toEqual(["x.test", "z.test"]);
    expect(skipped).toBe(2);
    expect(firstProblem).toMatch(/^line 3: 'ftp:\/\/y.test\/' ftp cannot be measured/);
  });

  it("goes on after a plain line that is none", () => {
    expect(readTargetFile('a b\n"\nx.test\n')).toMatchObject({ targets: [{ name: "x.test" }], skipped: 2 });
  });
});
