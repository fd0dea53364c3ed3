/** The journal by itself: what was appended comes out again in order, whatever was done to its files meanwhile. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { HEADER_BYTES } from "../../src/server/journal/frame.ts";
import { Journal, JournalFull } from "../../src/server/journal/journal.ts";

let folder: string;
let troubles: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  troubles = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (options: { mostBytes?: number; segmentBytes?: number } = {}): Promise<Journal> =>
  Journal.open({ folder, mostBytes: 1 << 24, onTrouble: (message) => troubles.push(message), ...options });

const record = (n: number): Buffer => Buffer.from(JSON.stringify({ n, text: "x".repeat(n % 97) }));

async function readAll(journal: Journal, mostBytes = 500): Promise<number[]> {
  const numbers: number[] = [];
  for (let batch = await journal.next(mostBytes); batch; batch = await journal.next(mostBytes)) {
    for (const payload of batch.payloads) numbers.push((JSON.parse(payload.toString()) as { n: number }).n);
    await journal.done(batch);
  }
  return numbers;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** `count` records in one segment, as a process that was killed leaves it. */
async function left(count: number): Promise<string> {
  const journal = await open();
  await Promise.all(upTo(count).map((n) => journal.append(record(n))));
  await journal.close();
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".log"))!);
}

describe("a journal", () => {
  it("gives back what was appended, in order, over several segments, and deletes what was taken", async () => {
    const journal = await open({ segmentBytes: 2_000 });
    for (const n of upTo(200)) await journal.append(record(n));
    expect(readdirSync(folder).length).toBeGreaterThan(3);
    expect(await readAll(journal)).toEqual(upTo(200));
    expect(readdirSync(folder)).toHaveLength(1);
    expect(journal.bytes).toBe(0);
    await journal.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is read again from the start where nothing was taken, and goes on in a new segment", async () => {
    await left(10);
    const journal = await open();
    await journal.append(record(10));
    expect(readdirSync(folder)).toHaveLength(2);
    expect(await readAll(journal)).toEqual(upTo(11));
    expect(troubles).toEqual([]);
    await journal.close();
  });

  it("is private", async () => {
    const path = await left(1);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it("refuses what is beyond its bound, and takes again when there is room", async () => {
    const journal = await open({ mostBytes: 1_000, segmentBytes: 100 });
    let kept = 0;
    const fill = async (): Promise<void> => {
      for (;;) await journal.append(record(kept)).then(() => kept++);
    };
    await expect(fill()).rejects.toThrow(JournalFull);
    expect(journal.bytes).toBeLessThanOrEqual(1_000);
    expect(await readAll(journal)).toEqual(upTo(kept));
    await journal.append(record(1));
    await journal.close();
  });

  it("does not take records in a record for records", async () => {
    const journal = await open();
    const inner = readFileSync(await left(1)).toString("latin1");
    await journal.append(Buffer.from(JSON.stringify({ n: 7, text: inner })));
    expect((await readAll(journal)).at(-1)).toBe(7);
    await journal.close();
  });
});

describe("a torn journal", () => {
  it("cut off anywhere keeps every record before the cut", async () => {
    const random = seededRandom(1);
    const path = await left(60);
    const whole = readFileSync(path);
    let end = 0;
    const ends = upTo(60).map((n) => (end += HEADER_BYTES + record(n).length));
    for (let round = 0; round < 60; round++) {
      const cut = random.integer(0, whole.length - 1);
      writeFileSync(path, whole);
      truncateSync(path, cut);
      troubles = [];
      const journal = await open();
      expect(await readAll(journal)).toEqual(upTo(ends.filter((one) => one <= cut).length));
      expect(troubles).toHaveLength(cut === 0 || ends.includes(cut) ? 0 : 1);
      await journal.close();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it("with flipped bytes loses the records that they are in, says where, and keeps the file", async () => {
    const random = seededRandom(2);
    const path = await left(60);
    const whole = readFileSync(path);
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(whole);
      const flips = random.integer(1, 4);
      for (let flip = 0; flip < flips; flip++) {
        const at = random.integer(0, bytes.length - 1);
        bytes[at] = bytes[at]! ^ random.integer(1, 255);
      }
      writeFileSync(path, bytes);
      troubles = [];
      const journal = await open();
      const found = await readAll(journal);
      expect(found.length).toBeGreaterThanOrEqual(60 - flips);
      expect(found).toEqual(upTo(60).filter((n) => found.includes(n)));
      expect(troubles.length).toBeGreaterThan(0);
      for (const trouble of troubles)
        expect(trouble).toMatch(/^\S+\.log: \d+ bytes from \d+ on are no record: [^\n]+$/);
      await journal.close();
      const isTail = troubles.every((trouble) => trouble.includes("cut off"));
      expect(readdirSync(folder)).toEqual(isTail ? [] : [expect.stringMatching(/\.damaged$/)]);
      rmSync(`${path}.damaged`, { force: true });
    }
  });

  it("that is nothing but other bytes is told and kept aside", async () => {
    writeFileSync(join(folder, "journal-0000000001.log"), Buffer.alloc(3_000_000, "BLJ1"));
    const journal = await open();
    await journal.append(record(0));
    expect(await readAll(journal)).toEqual([0]);
    expect(troubles).toHaveLength(1);
    await journal.close();
  });
});
