import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseByteRange, parseBytes, parseDuration, parseDurationRange, parseRate } from "./quantity.ts";

describe("a quantity", () => {
  it("is read in its unit", () => {
    const rates = ["146 kbit/s", "146kbit/s", "1.5 Mbit/s", "18.25 kB/s", "650 bytes/s"].map(parseRate);
    expect(rates).toEqual([146_000, 146_000, 1_500_000, 146_000, 5200].map((value) => ({ ok: true, value })));
    const sizes = ["16 kB", "16 KiB", "0 B", "383 KB", "1 GB"].map(parseBytes);
    expect(sizes).toEqual([16_000, 16_384, 0, 383_000, 1e9].map((value) => ({ ok: true, value })));
    const durations = ["30 s", "70 ms", "0.3 ms", "60m", "1 h", "2 d", "5 µs"].map(parseDuration);
    expect(durations).toEqual(
      [30e6, 70e3, 300, 3600e6, 3600e6, 172_800e6, 5].map((value) => ({ ok: true, value })),
    );
  });

  it("may be a range, with one unit or two, or a single value", () => {
    expect(parseByteRange("15-20 kB")).toEqual({ ok: true, value: [15_000, 20_000] });
    expect(parseDurationRange("900 ms - 2 s")).toEqual({ ok: true, value: [900e3, 2e6] });
    expect(parseDurationRange("3 s")).toEqual({ ok: true, value: [3e6, 3e6] });
  });

  it("is refused, with the reason, when it has no unit, another's or a doubtful one", () => {
    const reason = (result: ReturnType<typeof parseRate>) => (result.ok ? "" : result.problem.reason);
    expect(reason(parseRate("146"))).toContain("no unit");
    expect(reason(parseRate("146 kbps"))).toContain("no unit of a rate");
    expect(reason(parseRate("0 kbit/s"))).toContain("lets nothing pass");
    expect(reason(parseBytes("-5 kB"))).toContain("is no size");
    expect(reason(parseBytes("99999999 GB"))).toContain("too large");
    expect(parseByteRange("20-15 kB").ok).toBe(false);
    expect(parseByteRange("15-20").ok).toBe(false);
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        for (const parse of [parseRate, parseBytes, parseDuration, parseByteRange, parseDurationRange])
          parse(text);
      }),
    );
  });
});
