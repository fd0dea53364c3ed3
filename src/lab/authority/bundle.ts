/**
 * A bundle: all orders that are in force, with their rules, and which device follows which, under one version number
 * and one signature (Ed25519, RFC 8032, over the canonical JSON). open-bundle.ts reads it back. The key is derived from
 * the scenario's seed: it proves integrity within a laboratory, and protects nothing.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { z } from "zod";
import { emitRules } from "../../rules/emit.ts";
import type { RuleList } from "../../rules/rule.ts";
import { ORDER_KINDS } from "../scenario/story.ts";
import { canonicalJson } from "./canonical-json.ts";
import { type Device, deviceName } from "./fleet.ts";
import type { Order } from "./order.ts";
import type { Page } from "./order-book.ts";

export const bundleSchema = z.strictObject({
  version: z.int().positive(),
  issuedMs: z.number(),
  /** The newest first. */
  orders: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(ORDER_KINDS).exclude(["lift"]),
      targets: z.array(z.string()),
      issuedMs: z.number(),
      endsMs: z.number().exactOptional(),
      /** As emitRules has it; readRuleJson judges it. */
      rules: z.unknown(),
    }),
  ),
  /** Indexes of orders by `deviceName`; a device that is not named follows none. */
  devices: z.record(z.string(), z.array(z.int().nonnegative())),
});

export interface Bundle {
  readonly version: number;
  readonly issuedMs: number;
  readonly orders: readonly (Pick<Order, "id" | "kind" | "targets" | "issuedMs" | "endsMs"> & {
    readonly rules: RuleList;
  })[];
  readonly devices: ReadonlyMap<string, readonly number[]>;
}

export interface SignedBundle {
  /** Canonical JSON, UTF-8. */
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
}

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410, section 7). */
const PKCS8_HEAD = "302e020100300506032b657004220420";

/** The same seed gives the same key. */
export function deriveKey(seed: number): KeyObject {
  const secret = createHash("sha256").update(`brakelight laboratory authority ${seed}`).digest();
  const key = Buffer.concat([Buffer.from(PKCS8_HEAD, "hex"), secret]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

export function publicKeyOf(key: KeyObject): KeyObject {
  return createPublicKey(key);
}

export function signBundle(
  page: Page,
  devices: readonly Device[],
  version: number,
  issuedMs: number,
  key: KeyObject,
): SignedBundle {
  const active = [...page.values()];
  const followed = new Map<string, number[]>();
  active.forEach((one, order) => {
    for (const index of one.devices) {
      const name = deviceName(devices[index]!);
      followed.set(name, [...(followed.get(name) ?? []), order]);
    }
  });
  const json: z.infer<typeof bundleSchema> = {
    version,
    issuedMs,
    orders: active.map(({ order }) => ({
      id: order.id,
      kind: order.kind,
      targets: [...order.targets],
      issuedMs: order.issuedMs,
      ...(order.endsMs === undefined ? {} : { endsMs: order.endsMs }),
      rules: JSON.parse(emitRules(order.rules)),
    })),
    devices: Object.fromEntries(followed),
  };
  return signContent(new TextEncoder().encode(canonicalJson(json)), key);
}

export function signContent(content: Uint8Array, key: KeyObject): SignedBundle {
  return { content, signature: new Uint8Array(sign(null, content, key)) };
}

/** SHA-256 of the content, hexadecimal. */
export function digestOf({ content }: SignedBundle): string {
  return createHash("sha256").update(content).digest("hex");
}
