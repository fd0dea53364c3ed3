import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Assembly, MAX_ASSEMBLY_BYTES } from "./assembly.ts";

describe("an assembly", () => {
  it("holds what a plain array of first copies holds, whatever comes in whatever order", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: -20, max: 120 }), fc.uint8Array({ minLength: 1, maxLength: 40 })),
          { maxLength: 30 },
        ),
        fc.nat(60),
        (pieces, discarded) => {
          const assembly = new Assembly();
          const model: (number | undefined)[] = [];
          const check = (): void => {
            let prefix = 0;
            while (model[prefix] !== undefined) prefix++;
            expect(assembly.prefix).toBe(prefix);
            expect([...assembly.bytes.subarray(0, prefix)]).toEqual(model.slice(0, prefix));
          };
          for (const [offset, bytes] of pieces) {
            assembly.add(offset, bytes, 0, bytes.length);
            bytes.forEach((byte, i) => {
              if (offset + i >= 0) model[offset + i] ??= byte;
            });
            check();
          }
          assembly.discard(discarded);
          model.splice(0, discarded);
          check();
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps its bounds, and says so", () => {
    const assembly = new Assembly();
    const piece = new Uint8Array(10);
    expect(assembly.add(MAX_ASSEMBLY_BYTES - 10, piece, 0, 10)).toBe(true);
    expect(assembly.add(MAX_ASSEMBLY_BYTES - 9, piece, 0, 10)).toBe(false);
    expect(assembly.add(2 ** 60, piece, 0, 10)).toBe(false);
    expect(assembly.memory).toBe(MAX_ASSEMBLY_BYTES);
    let fits = true;
    for (let i = 0; i < 3000 && fits; i++) fits = assembly.add(i * 2, piece, 0, 1);
    expect(fits).toBe(false);
  });
});
