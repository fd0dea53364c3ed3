/**
 * Rule lists and flows over so small alphabets that hits, overlaps and near misses are frequent (fast-check).
 */
import fc from "fast-check";
import { NAME_PROTOCOLS, type NamePattern, PATTERN_KINDS, type Rule } from "../../src/rules/rule.ts";
import type { NaiveFlow } from "./naive-matcher.ts";

const text = (longest: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom("a", "b", "t", "."), minLength: 1, maxLength: longest });

const pattern: fc.Arbitrary<NamePattern> = fc
  .record({ kind: fc.constantFrom(...PATTERN_KINDS), text: text(5) })
  .map(({ kind, text }) => ({ kind, text: kind === "suffix" ? `.${text}` : text }));

/** Bytes of few values, so that prefixes nest. */
const addressBytes = (size: number): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.constantFrom(0, 1, 127, 128, 255), { minLength: size, maxLength: size })
    .map((bytes) => Uint8Array.from(bytes));

const prefix = fc
  .constantFrom<4 | 6>(4, 6)
  .chain((version) =>
    fc.record({
      version: fc.constant(version),
      bytes: addressBytes(version === 4 ? 4 : 16),
      bits: fc.integer({ min: 0, max: version === 4 ? 32 : 128 }),
    }),
  )
  .map(({ version, bytes, bits }) => ({
    version,
    bits,
    bytes: bytes.map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * at))) & 0xff),
  }));

const port = fc.integer({ min: 0, max: 4 });
const ports = fc.tuple(port, port).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
const timeMs = fc.integer({ min: 0, max: 4 });

const rarely = <T>(values: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(values, { maxLength: most }) },
  );

const rule: fc.Arbitrary<Rule> = fc
  .record({
    names: fc.oneof(
      { weight: 3, arbitrary: fc.array(pattern, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant<NamePattern[]>([]) },
    ),
    // Past 16 another way of looking is taken.
    addresses: fc.oneof(
      { weight: 4, arbitrary: rarely(prefix, 3) },
      { weight: 1, arbitrary: rarely(prefix, 20) },
    ),
    ports: rarely(ports, 2),
    protocols: rarely(fc.constantFrom(...NAME_PROTOCOLS), 2),
    any: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    from: fc.option(timeMs, { freq: 3, nil: undefined }),
    until: fc.option(timeMs, { freq: 3, nil: undefined }),
  })
  .map(({ from, until, ...criteria }) => ({
    id: "",
    ...criteria,
    ...(from === undefined ? {} : { fromMs: from }),
    ...(until === undefined ? {} : { untilMs: until }),
    intent: [],
    action: { kind: "drop" },
  }));

export const randomRules: fc.Arbitrary<Rule[]> = fc
  .array(rule, { maxLength: 12 })
  .map((rules) => rules.map((one, index) => ({ ...one, id: `r${index}` })));

export const randomFlow: fc.Arbitrary<NaiveFlow> = fc.record({
  protocol: fc.constantFrom(undefined, "tls" as const, ...NAME_PROTOCOLS),
  name: fc.string({ unit: fc.constantFrom("a", "b", "t", ".", "A", "T"), maxLength: 12 }),
  address: fc
    .oneof(addressBytes(4), addressBytes(16))
    .map((bytes) =>
      bytes.length === 4
        ? bytes.join(".")
        : Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16)).join(
            ":",
          ),
    ),
  port,
  timeMs,
});
