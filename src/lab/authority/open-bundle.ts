/**
 * What a device does with a bundle that it gets: it opens it only when the signature is the authority's, the content
 * has the known form, and the version is newer than what it has. Whatever else it is given is refused with a reason.
 */
import { createHash, type KeyObject, verify } from "node:crypto";
import { readRuleJson } from "../../rules/rule-json.ts";
import { type Bundle, bundleSchema, type SignedBundle } from "./bundle.ts";

/** A device does not even look at more. */
export const MOST_BUNDLE_BYTES = 64 << 20;

/** Versions that are on their way at the same time. */
const MOST_REMEMBERED = 4;

/** "not-newer": of the version that the device has, or an older one. */
export const REFUSALS = ["bad-signature", "malformed", "not-newer"] as const;
export type Refusal = (typeof REFUSALS)[number];

export type Opening =
  | { readonly ok: true; readonly bundle: Bundle }
  | { readonly ok: false; readonly refusal: Refusal; readonly detail: string; readonly version?: number };

/** The bundle, or why it is none. */
export type ParseContent = (content: Uint8Array) => Bundle | string;

/** Never throws. `installed`: the version that the device has, 0 for none. */
export function openBundle(
  signed: SignedBundle,
  key: KeyObject,
  installed: number,
  parse: ParseContent = parseContent,
): Opening {
  const { content, signature } = signed;
  if (content.length > MOST_BUNDLE_BYTES) return refuse("malformed", `more than ${MOST_BUNDLE_BYTES} bytes`);
  if (!verify(null, content, key, signature))
    return refuse("bad-signature", "the signature does not fit the content and the authority's key");
  const bundle = parse(content);
  if (typeof bundle === "string") return refuse("malformed", bundle);
  if (bundle.version <= installed)
    return {
      ...refuse("not-newer", `version ${bundle.version}, while version ${installed} is installed`),
      version: bundle.version,
    };
  return { ok: true, bundle };
}

/** Parses equal contents once: all devices get the same. Remembers the last few. */
export function rememberingParse(): ParseContent {
  const known = new Map<string, Bundle | string>();
  return (content) => {
    const digest = createHash("sha256").update(content).digest("hex");
    const parsed = known.get(digest) ?? parseContent(content);
    known.delete(digest);
    known.set(digest, parsed);
    for (const oldest of known.keys()) if (known.size > MOST_REMEMBERED) known.delete(oldest);
    return parsed;
  };
}

function parseContent(content: Uint8Array): Bundle | string {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return "no JSON";
  }
  const parsed = bundleSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue?.path.join(".")}: ${issue?.message}`;
  }
  const { version, issuedMs, orders, devices } = parsed.data;
  const followed = new Map(Object.entries(devices));
  for (const [name, indexes] of followed) {
    if (indexes.some((index) => index >= orders.length)) return `devices.${name}: there is no such order`;
  }
  const read: Bundle["orders"][number][] = [];
  for (const order of orders) {
    const { list, problems } = readRuleJson(JSON.stringify(order.rules) ?? "", order.id);
    if (problems[0]) return `rules of order '${order.id}': ${problems[0].reason}`;
    read.push({ ...order, rules: list });
  }
  return { version, issuedMs, orders: read, devices: followed };
}

function refuse(refusal: Refusal, detail: string): Extract<Opening, { ok: false }> {
  return { ok: false, refusal, detail };
}
