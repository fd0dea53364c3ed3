/**
 * The control server's self-signed certificate in the single file, in place of probe/control-server/certificate.ts whose
 * library is two thirds of what the file may weigh: the same fields and extensions, written as DER (X.690; RFC 5280
 * section 4; RFC 5480 for the key, RFC 5758 for the signature).
 */
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import type { Credentials } from "../probe/control-server/certificate.ts";

const DAY_MS = 86_400_000;
/** Clocks of clients may be wrong. */
const VALID_BEFORE_MS = 2 * DAY_MS;
const VALID_AFTER_MS = 365 * DAY_MS;
const NAME = "localhost";
const SERIAL_BYTES = 8;

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BITS = 0x03;
const OCTETS = 0x04;
const OBJECT = 0x06;
const UTF8 = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION_FIELD = 0xa0;
const EXTENSIONS_FIELD = 0xa3;
const DNS_NAME = 0x82;

/** Content bytes of object identifiers. */
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const SUBJECT_ALTERNATIVE_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
const EXTENDED_KEY_USAGE = "551d25";
const SERVER_AUTHENTICATION = "2b06010505070301";

export async function selfSigned(nowMs: number): Promise<Credentials> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, object(ECDSA_WITH_SHA256));
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, object(COMMON_NAME), der(UTF8, Buffer.from(NAME, "utf8")))),
  );
  const serial = randomBytes(SERIAL_BYTES);
  // Positive, and no byte too many: X.690 section 8.3.2.
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  const body = der(
    SEQUENCE,
    der(VERSION_FIELD, der(INTEGER, Buffer.of(2))),
    der(INTEGER, serial),
    algorithm,
    name,
    der(SEQUENCE, time(nowMs - VALID_BEFORE_MS), time(nowMs + VALID_AFTER_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      EXTENSIONS_FIELD,
      der(
        SEQUENCE,
        extension(BASIC_CONSTRAINTS, der(SEQUENCE), true),
        extension(EXTENDED_KEY_USAGE, der(SEQUENCE, object(SERVER_AUTHENTICATION))),
        extension(SUBJECT_ALTERNATIVE_NAME, der(SEQUENCE, der(DNS_NAME, Buffer.from(NAME, "latin1")))),
      ),
    ),
  );
  const signature = sign("sha256", body, privateKey);
  const whole = der(SEQUENCE, body, algorithm, der(BITS, Buffer.of(0), signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: pem(whole),
  };
}

/** SHA-256 of the first certificate in `pem`, "AB:CD:...", as openssl and Node print it. Throws when there is none. */
export function fingerprintOf(text: string): string {
  return new X509Certificate(text).fingerprint256;
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}

function object(contentHex: string): Buffer {
  return der(OBJECT, Buffer.from(contentHex, "hex"));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [der(BOOLEAN, Buffer.of(255))] : [];
  return der(SEQUENCE, object(id), ...critical, der(OCTETS, value));
}

/** UTCTime until 2049, GeneralizedTime from 2050: RFC 5280 section 4.1.2.5. */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return Number(text.slice(0, 4)) < 2050
    ? der(UTC_TIME, Buffer.from(text.slice(2), "latin1"))
    : der(GENERALIZED_TIME, Buffer.from(text, "latin1"));
}

function pem(bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
