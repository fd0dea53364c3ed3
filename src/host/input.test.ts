import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "../base/random.ts";
import { type InputResult, readInput } from "./input.ts";

const folder = mkdtempSync(join(tmpdir(), "brakelight-input-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(bytes: Uint8Array): string {
  const path = join(folder, "input");
  writeFileSync(path, bytes);
  return path;
}

interface Read {
  readonly result: InputResult;
  readonly bytes: Buffer;
}

async function read(bytes: Uint8Array): Promise<Read> {
  const chunks: Buffer[] = [];
  const result = await readInput(file(bytes), {
    chunk(chunk) {
      chunks.push(Buffer.from(chunk));
      return true;
    },
  });
  return { result, bytes: Buffer.concat(chunks) };
}

/** Something between noise and zeros: three quarters of each number's bytes repeat. */
const random = seededRandom(1);
const original = Buffer.from(
  Uint32Array.from({ length: 800_000 }, (_, i) => (i << 12) | random.integer(0, 255)).buffer,
);

function has(tool: string): boolean {
  return spawnSync(tool, ["--version"]).status === 0;
}

function by(tool: string, args: readonly string[], bytes: Uint8Array): Buffer {
  return execFileSync(tool, args, { input: bytes, maxBuffer: 1 << 30 });
}

const compressors: [name: string, tool: string | undefined, compress: (bytes: Uint8Array) => Buffer][] = [
  ["gzip", undefined, (bytes) => gzipSync(bytes)],
  ["xz", "xz", (bytes) => by("xz", ["-1", "-c"], bytes)],
  ["zstd", "zstd", (bytes) => by("zstd", ["-3", "-c", "-q"], bytes)],
];

for (const [name, tool, compress] of compressors) {
  const runs = tool === undefined || has(tool);
  const reason = runs ? "" : ` [skipped: no ${tool} on this machine]`;
  describe.skipIf(!runs)(`a ${name} file${reason}`, () => {
    const whole = runs ? compress(original) : Buffer.alloc(0);

    it("is read as what was compressed", async () => {
      const { result, bytes } = await read(whole);
      expect(result).toEqual({ kind: "done" });
      expect(bytes.equals(original)).toBe(true);
    });

    it("is read on when several were put one behind the other", async () => {
      const small = compress(Buffer.from("the end"));
      const { result, bytes } = await read(Buffer.concat([whole, small, whole]));
      expect(result).toEqual({ kind: "done" });
      expect(bytes.equals(Buffer.concat([original, Buffer.from("the end"), original]))).toBe(true);
    });

    it("that is cut off yields what came before, and one problem", async () => {
      for (const length of [7, whole.length >> 1, whole.length - 2]) {
        const { result, bytes } = await read(whole.subarray(0, length));
        expect(result).toMatchObject({ kind: "problem", problem: { offset: bytes.length } });
        expect(bytes.equals(original.subarray(0, bytes.length))).toBe(true);
        // A block or two may be missing before the cut.
        expect(bytes.length).toBeGreaterThan(((length / whole.length) * 0.95 - 0.1) * original.length);
      }
    });

    it("that is followed by something else yields itself, nearly to its end, and one problem", async () => {
      const { result, bytes } = await read(Buffer.concat([whole, Buffer.from("and something else")]));
      expect(result.kind).toBe("problem");
      expect(bytes.equals(original.subarray(0, bytes.length))).toBe(true);
      expect(original.length - bytes.length).toBeLessThanOrEqual(65_536);
    });

    it("that is damaged never throws", async () => {
      const damage = seededRandom(5);
      for (let i = 0; i < 40; i++) {
        const bytes = Buffer.from(whole.subarray(0, 200_000));
        for (let n = 0; n < 3; n++)
          bytes[damage.integer(0, i < 20 ? 60 : bytes.length - 1)]! ^= damage.integer(1, 255);
        const { result } = await read(bytes);
        expect(["done", "problem"]).toContain(result.kind);
      }
    });

    it("can be left in the middle, and the next one be read", async () => {
      let seen = 0;
      const left = await readInput(file(whole), {
        chunk(chunk) {
          seen += chunk.length;
          return false;
        },
      });
      expect(left).toEqual({ kind: "done" });
      expect(seen).toBeLessThan(original.length);
      expect((await read(whole)).bytes.length).toBe(original.length);
    });

    it("that is a bomb is stopped, in bounded memory", async () => {
      const zeros = compress(Buffer.alloc(1 << 26));
      const bomb = Buffer.concat(Array.from({ length: 64 }, () => zeros));
      let bytes = 0;
      let mostBytes = 0;
      const path = file(bomb);
      const before = process.memoryUsage().rss;
      const result = await readInput(path, {
        chunk(chunk) {
          bytes += chunk.length;
          mostBytes = Math.max(mostBytes, process.memoryUsage().rss);
          return true;
        },
      });
      expect(result.kind).toBe("problem");
      expect(bytes).toBeLessThanOrEqual(1 << 30);
      expect(mostBytes - before).toBeLessThan(200e6);
    });
  });
}

describe("a gzip file", () => {
  it("may be filled up with zeros", async () => {
    const whole = gzipSync("hello");
    for (const zeros of [1, 511, 3_000_000]) {
      const { result, bytes } = await read(Buffer.concat([whole, Buffer.alloc(zeros)]));
      expect([result.kind, bytes.toString()]).toEqual(["done", "hello"]);
    }
  });

  it("is held against its checksum", async () => {
    const whole = gzipSync(original);
    whole[whole.length - 6]! ^= 1;
    expect((await read(whole)).result).toMatchObject({
      kind: "problem",
      problem: { reason: "the gzip compression is broken: incorrect data check" },
    });
  });
});

describe("a zstd file that is made against its decoder", () => {
  const header = [0x28, 0xb5, 0x2f, 0xfd];

  it("gets no more memory than 128 MiB", async () => {
    const { result } = await read(Uint8Array.from([...header, 0, 20 << 3, ...new Array(60).fill(0)]));
    expect(result).toMatchObject({
      kind: "problem",
      problem: {
        reason: "the zstd compression is broken: it asks for 1024 MiB of memory; at most 128 are given",
      },
    });
  });

  it("gets no more time than some seconds: a Huffman table of one symbol, read without end", async () => {
    const block = [0x02, 0x01, 0x03, 4, 0xf0, 0x03, 0xff, 0x80, 0x80, ...new Array<number>(40).fill(0x80)];
    const word = 1 | (2 << 1) | (block.length << 3);
    const bytes = Uint8Array.from([
      ...header,
      0x20,
      0x10,
      word & 255,
      (word >> 8) & 255,
      word >> 16,
      ...block,
    ]);
    expect((await read(bytes)).result).toMatchObject({
      kind: "problem",
      problem: { reason: "the zstd compression is broken: it is made to take forever" },
    });
  });

  it("may hold frames that are skipped", async () => {
    if (!has("zstd")) return;
    const skippable = Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
    const frame = by("zstd", ["-q", "-c"], original);
    const { result, bytes } = await read(Buffer.concat([frame, skippable, frame]));
    expect([result.kind, bytes.length]).toEqual(["done", 2 * original.length]);
  });
});

describe("a file that is not compressed", () => {
  it("is handed over as it is, with progress", async () => {
    const seen: [number, number][] = [];
    let bytes = 0;
    const result = await readInput(file(original), {
      chunk(chunk) {
        bytes += chunk.length;
        return true;
      },
      progress: (read, of) => seen.push([read, of]),
    });
    expect([result.kind, bytes]).toEqual(["done", original.length]);
    expect(seen.at(-1)).toEqual([original.length, original.length]);
  });

  it("may be empty, or shorter than any magic number", async () => {
    expect(await read(new Uint8Array(0))).toMatchObject({ result: { kind: "done" }, bytes: { length: 0 } });
    for (const bytes of [[0x1f], [0xfd, 0x37], [0x28, 0xb5, 0x2f]]) {
      expect((await read(Uint8Array.from(bytes))).bytes.length).toBe(bytes.length);
    }
  });
});

describe("what cannot be read", () => {
  const consumer = { chunk: () => true };

  it("is said in words: a folder, a missing file", async () => {
    expect(await readInput(folder, consumer)).toEqual({ kind: "unreadable", reason: "it is a directory" });
    expect(await readInput(join(folder, "absent"), consumer)).toEqual({
      kind: "unreadable",
      reason: "there is no such file",
    });
  });

  const isRoot = process.getuid?.() === 0;
  it.skipIf(isRoot)(
    `is said in words: a file without permission${isRoot ? " [skipped: the superuser may read everything]" : ""}`,
    async () => {
      const path = file(Uint8Array.of(1));
      chmodSync(path, 0);
      const result = await readInput(path, consumer);
      chmodSync(path, 0o600);
      expect(result).toEqual({ kind: "unreadable", reason: "permission denied" });
    },
  );
});
