/**
 * The evidence of an incident as files: the measurements that it rests on, made fit to be given away, the record computed
 * from exactly these, a page, and a manifest with their hashes, signed with Ed25519 (RFC 8032). What a signature proves and
 * what not: docs/method.md, "Reports". Verifying computes the record anew from the measurements and says what differs.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CommandError } from "./command-error.ts";

export const BUNDLE_VERSION = 1;
const MANIFEST = "manifest.json";
const SIGNATURE = "signature.json";
const PRIVATE = 0o600;
const MOST_BYTES = 256 << 20;

export const manifestSchema = z.strictObject({
  type: z.literal("report"),
  bundleVersion: z.literal(BUNDLE_VERSION),
  incident: z.string().min(1),
  origin: z.enum(["measured", "imported", "simulated"]),
  /** Present, and SIMULATED, where the measurements are. */
  mark: z.literal("SIMULATED").exactOptional(),
  createdAt: z.iso.datetime(),
  program: z.string(),
  methodVersion: z.string(),
  weightsVersion: z.string(),
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9.-]+$/),
      bytes: z.int().nonnegative(),
      sha256: z.string().length(64),
    }),
  ),
});
export type Manifest = z.infer<typeof manifestSchema>;

const signatureSchema = z.strictObject({
  algorithm: z.literal("Ed25519"),
  publicKey: z.string().max(1000),
  signature: z.string().max(200),
});

export function writeBundle(
  folder: string,
  files: ReadonlyMap<string, string>,
  about: Omit<Manifest, "files" | "type" | "bundleVersion">,
  keyPath: string,
): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const manifest: Manifest = {
    ...{ type: "report", bundleVersion: BUNDLE_VERSION, ...about },
    files: [...files].map(([name, text]) => ({ name, bytes: Buffer.byteLength(text), sha256: hashOf(text) })),
  };
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  const key = signingKey(keyPath);
  const signed = {
    algorithm: "Ed25519",
    publicKey: createPublicKey(key).export({ type: "spki", format: "der" }).toString("base64"),
    signature: sign(null, Buffer.from(text), key).toString("base64"),
  };
  writeFileSync(join(folder, MANIFEST), text);
  writeFileSync(join(folder, SIGNATURE), `${JSON.stringify(signed, undefined, 2)}\n`);
}

/** The key of whoever reports; made at the first report, readable by the user alone. */
function signingKey(path: string): ReturnType<typeof createPrivateKey> {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(path, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: PRIVATE });
    chmodSync(path, PRIVATE);
  }
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType !== "ed25519") throw new Error("it is no Ed25519 key");
    return key;
  } catch (error) {
    throw new CommandError(`${path}: cannot be used to sign: ${(error as Error).message}`);
  }
}

export interface ReadBundle {
  readonly manifest: Manifest;
  /** Text of each file that is there and whole. */
  readonly files: ReadonlyMap<string, string>;
  /** SHA-256 of the public key that signed, hexadecimal: what readers compare. */
  readonly signedBy?: string;
  readonly problems: readonly string[];
}

/** Hashes and signature; what is missing, changed or too much is a problem, and the rest is read all the same. */
export function readBundle(folder: string, expected: readonly string[]): ReadBundle {
  const problems: string[] = [];
  const manifestText = textOf(folder, MANIFEST);
  if (manifestText === undefined)
    throw new CommandError(`${folder}: no report: there is no ${MANIFEST} in it`);
  const parsed = manifestSchema.safeParse(jsonOf(manifestText));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CommandError(`${folder}/${MANIFEST}: ${issue!.path.join(".")}: ${issue!.message}`);
  }
  const files = new Map<string, string>();
  const listed = parsed.data.files.map(({ name }) => name);
  for (const name of expected) if (!listed.includes(name)) problems.push(`${name} is not in the manifest`);
  for (const { name, bytes, sha256 } of parsed.data.files) {
    if (!expected.includes(name)) {
      problems.push(`${name} is no file of a report`);
      continue;
    }
    const content = bytesOf(folder, name);
    if (content === undefined) problems.push(`${name} is missing, or no plain file of a size to be read`);
    else if (content.length !== bytes || hashOf(content) !== sha256)
      problems.push(`${name} is not the file that was signed: its hash differs`);
    if (content !== undefined) files.set(name, content.toString("utf8"));
  }
  const known = new Set([...expected, MANIFEST, SIGNATURE]);
  for (const name of readdirSync(folder))
    if (!known.has(name)) problems.push(`${name} does not belong to the report`);
  const signedBy = signerOf(folder, manifestText, problems);
  return { manifest: parsed.data, files, problems, ...(signedBy !== undefined && { signedBy }) };
}

function signerOf(folder: string, manifestText: string, problems: string[]): string | undefined {
  const parsed = signatureSchema.safeParse(jsonOf(textOf(folder, SIGNATURE) ?? ""));
  if (!parsed.success) {
    problems.push("it is not signed");
    return undefined;
  }
  try {
    const der = Buffer.from(parsed.data.publicKey, "base64");
    const key = createPublicKey({ key: der, type: "spki", format: "der" });
    if (
      key.asymmetricKeyType === "ed25519" &&
      verify(null, Buffer.from(manifestText), key, Buffer.from(parsed.data.signature, "base64"))
    )
      return createHash("sha256").update(der).digest("hex");
  } catch {
    // Told below: no key, or no signature.
  }
  problems.push("the signature does not fit the manifest");
  return undefined;
}

function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Undefined: it is not there, is a link or a device, or is larger than is read. */
function bytesOf(folder: string, name: string): Buffer | undefined {
  const path = join(folder, name);
  try {
    const found = lstatSync(path);
    return found.isFile() && found.size <= MOST_BYTES ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(folder: string, name: string): string | undefined {
  return bytesOf(folder, name)?.toString("utf8");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
