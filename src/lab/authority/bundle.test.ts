import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVERYWHERE, scenarioWith } from "../../../test/authority/stories.ts";
import type { Action } from "../../rules/action.ts";
import { parsePrefix } from "../../rules/address-prefix.ts";
import { emitRules } from "../../rules/emit.ts";
import type { Rule, RuleList } from "../../rules/rule.ts";
import { type Bundle, deriveKey, publicKeyOf, type SignedBundle, signBundle, signContent } from "./bundle.ts";
import { canonicalJson } from "./canonical-json.ts";
import { Fleet } from "./fleet.ts";
import { openBundle, rememberingParse } from "./open-bundle.ts";
import type { Order } from "./order.ts";
import { OrderBook } from "./order-book.ts";

const KEY = deriveKey(7);
const PUBLIC_KEY = publicKeyOf(KEY);
const FLEET = new Fleet(scenarioWith({}), 5);

const RANGE = [1, 2] as const;
const BUCKET = { rateBps: 146_000, burstBytes: 16_000, scope: "flow", directions: "both" } as const;
const ACTIONS: readonly Action[] = [
  { kind: "police", ...BUCKET },
  { kind: "shape", ...BUCKET, queueBytes: 5 },
  { kind: "drop" },
  { kind: "drop-after", packets: RANGE },
  { kind: "reset" },
  { kind: "cut-response" },
  { kind: "page", status: 403, body: "запрещено", location: "http://x/" },
  { kind: "freeze", bytes: RANGE },
  { kind: "delay-handshake", delayMs: RANGE },
  { kind: "pass" },
];
const ADDRESSES = ["192.0.2.0/24", "2001:db8::/32"].map((text) => {
  const prefix = parsePrefix(text);
  if (!prefix.ok) throw new Error(text);
  return prefix.value;
});
const RULES: RuleList = {
  name: "everything",
  rules: ACTIONS.map(
    (action, index): Rule => ({
      id: `r${index}`,
      names: [
        { kind: "contains", text: "t.co" },
        { kind: "suffix", text: ".twimg.com" },
      ],
      addresses: ADDRESSES,
      ports: [{ low: 80, high: 443 }],
      protocols: ["tls", "dns"],
      any: false,
      fromMs: 5,
      untilMs: 1e12,
      intent: ["twitter.com"],
      action,
      taintMs: 60_000,
    }),
  ),
};

const ORDER: Order = {
  id: "o",
  kind: "throttle",
  issuedMs: 10,
  by: "plan",
  targets: ["twitter"],
  names: ["twitter.com"],
  share: EVERYWHERE,
  rules: RULES,
  endsMs: 1e12,
};

function signed(version: number): SignedBundle {
  const book = new OrderBook(FLEET);
  book.add(ORDER);
  return signBundle(book.page, FLEET.devices, version, 10, KEY);
}

function opened(bundle: SignedBundle): Bundle {
  const opening = openBundle(bundle, PUBLIC_KEY, 0);
  if (!opening.ok) throw new Error(opening.detail);
  return opening.bundle;
}

describe("a bundle", () => {
  it("opens to the orders, rules and devices that it was made of", () => {
    const { version, orders, devices } = opened(signed(3));
    expect(version).toBe(3);
    expect(orders).toEqual([
      { id: "o", kind: "throttle", targets: ["twitter"], issuedMs: 10, endsMs: 1e12, rules: RULES },
    ]);
    expect(devices.size).toBe(16);
  });

  it("is refused when any bit of it was flipped", () => {
    const bundle = signed(3);
    const bit = fc.nat({ max: 8 * (bundle.content.length + bundle.signature.length) - 1 });
    fc.assert(
      fc.property(bit, (at) => {
        const content = Uint8Array.from(bundle.content);
        const signature = Uint8Array.from(bundle.signature);
        const byte = at >> 3;
        if (byte < content.length) content[byte]! ^= 1 << (at & 7);
        else signature[byte - content.length]! ^= 1 << (at & 7);
        expect(openBundle({ content, signature }, PUBLIC_KEY, 0)).toMatchObject({
          ok: false,
          refusal: "bad-signature",
        });
      }),
      { numRuns: 500 },
    );
    for (let at = 0; at < 512; at++) {
      const signature = Uint8Array.from(bundle.signature);
      signature[at >> 3]! ^= 1 << (at & 7);
      expect(openBundle({ ...bundle, signature }, PUBLIC_KEY, 0).ok).toBe(false);
    }
  });

  it("is refused when somebody else signed it, or nobody did", () => {
    const bundle = signContent(signed(3).content, deriveKey(8));
    expect(openBundle(bundle, PUBLIC_KEY, 0)).toMatchObject({ refusal: "bad-signature" });
    const bare = { ...bundle, signature: new Uint8Array(0) };
    expect(openBundle(bare, PUBLIC_KEY, 0)).toMatchObject({ refusal: "bad-signature" });
  });

  it("is refused when it is as old as what is installed, or older", () => {
    expect(openBundle(signed(3), PUBLIC_KEY, 2).ok).toBe(true);
    for (const installed of [3, 4])
      expect(openBundle(signed(3), PUBLIC_KEY, installed)).toMatchObject({
        refusal: "not-newer",
        version: 3,
      });
  });

  it("is refused as malformed whatever else was signed, and never throws", () => {
    const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
    const rules = JSON.parse(emitRules(RULES));
    rules.rules[0].addresses = ["300.1.2.3/8"];
    const order = { id: "o", kind: "block", targets: [], issuedMs: 1, rules };
    const { rules: _, ...bare } = order;
    const contents = [
      "",
      "null",
      "{}",
      canonicalJson({ version: 0, issuedMs: 1, orders: [], devices: {} }),
      canonicalJson({ version: 1, issuedMs: 1, orders: [], devices: { "obit/0": [0] } }),
      canonicalJson({ version: 1, issuedMs: 1, orders: [order], devices: {} }),
      canonicalJson({ version: 1, issuedMs: 1, orders: [bare], devices: {} }),
      canonicalJson({ version: 1, issuedMs: 1, orders: [], devices: {}, more: 1 }),
    ].map(encode);
    for (const content of [...contents, Uint8Array.of(0xff, 0xfe)])
      expect(openBundle(signContent(content, KEY), PUBLIC_KEY, 0)).toMatchObject({ refusal: "malformed" });
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(openBundle(signContent(encode(json), KEY), PUBLIC_KEY, 0).ok).toBe(false);
      }),
    );
  });

  it("is judged anew each time though its content is read once", () => {
    const parse = rememberingParse();
    for (const version of [1, 2, 1, 3, 4, 5, 6, 1]) {
      const opening = openBundle(signed(version), PUBLIC_KEY, 1, parse);
      expect(opening.ok ? opening.bundle.version : opening.version).toBe(version);
      expect(opening.ok).toBe(version > 1);
    }
  });

  it("has the same bytes and signature for the same seed", () => {
    expect(signed(3)).toEqual(signed(3));
    expect(signContent(signed(3).content, deriveKey(7))).toEqual(signed(3));
  });
});

describe("canonical JSON", () => {
  it("is read back as what was written, and does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
      }),
    );
    expect(canonicalJson({ b: 1, a: { d: undefined, c: [1, "x"] } })).toBe('{"a":{"c":[1,"x"]},"b":1}');
    expect(() => canonicalJson({ a: Number.NaN })).toThrow();
  });
});
