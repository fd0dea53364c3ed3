import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import { Lane } from "./lane.ts";
import { cutPieces, emptyPiece, leaves, PIECE_BYTES, type Piece, type Stage } from "./stage.ts";
import { StreamBucket } from "./stream-bucket.ts";

/** Delays at random, and makes wait at random, as links and boxes do. */
function unsteadyStage(seed: number): Stage {
  const random = seededRandom(seed);
  return {
    pass: (_, nowUs) =>
      random.next() < 0.2
        ? { kind: "waits", untilUs: nowUs + random.integer(0, 1500) }
        : leaves(nowUs + random.integer(-1000, 2000)),
  };
}

/** What arrives at the end of a lane that now and then has no room for more. */
function relayed(chunks: readonly Uint8Array[], stages: readonly Stage[], seed: number): Promise<Buffer> {
  const random = seededRandom(seed);
  return new Promise((resolve, reject) => {
    const arrived: Uint8Array[] = [];
    const deliver = (piece: Piece): boolean => {
      if (piece.kind === "end") resolve(Buffer.concat(arrived));
      else arrived.push(piece.bytes);
      if (random.next() > 0.1) return true;
      setImmediate(() => lane.resume());
      return false;
    };
    const lane = new Lane(stages, { deliver, roomy: () => {}, ended: () => reject(new Error("ended")) });
    for (const chunk of chunks) lane.push(...cutPieces(chunk));
    lane.push(emptyPiece("end"));
  });
}

describe("a lane", () => {
  it("brings the same bytes in the same order under any chunking", async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 4 * PIECE_BYTES }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer(), fc.integer({ min: 0, max: 4 }), async (sent, seed, count) => {
        const stages = Array.from({ length: count }, (_, index) => unsteadyStage(seed + index));
        expect(await relayed(sent, stages, seed)).toEqual(Buffer.concat(sent));
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  it("keeps to the rate of a limit on its way", async () => {
    const bucket = new StreamBucket(2e6, 3000, 0);
    const limit: Stage = { pass: ({ bytes }, nowUs) => bucket.take(bytes.length, nowUs) };
    const startMs = performance.now();
    await relayed([new Uint8Array(103_000)], [limit], 1);
    // 100 kB at 2 Mbit/s.
    expect(performance.now() - startMs).toBeGreaterThan(390);
    expect(performance.now() - startMs).toBeLessThan(800);
  });

  it("tells once that a stage ended the flow, and nothing arrives any more", () => {
    const endings: string[] = [];
    const stage: Stage = {
      pass: ({ bytes }, nowUs) =>
        bytes[0] === 1 ? { kind: "ends", ending: { kind: "reset" } } : leaves(nowUs),
    };
    const arrived: Piece[] = [];
    const lane = new Lane([stage], {
      deliver: (piece) => arrived.push(piece) > 0,
      roomy: () => {},
      ended: ({ kind }) => endings.push(kind),
    });
    for (const byte of [0, 1, 0]) lane.push(...cutPieces(Uint8Array.of(byte)));
    expect(endings).toEqual(["reset"]);
    expect(arrived).toHaveLength(1);
  });
});
