/**
 * The certificate of a control server that was given none: self-signed, elliptic curve P-256, made at each start. It is
 * served for every name that is asked for, so its own name says nothing: whoever measures pins its fingerprint or does
 * not verify.
 */
import "reflect-metadata";
import { X509Certificate as NodeCertificate, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
/** Clocks of clients may be wrong. */
const VALID_BEFORE_MS = 2 * DAY_MS;
const VALID_AFTER_MS = 365 * DAY_MS;
const NAME = "localhost";

/** PEM. */
export interface Credentials {
  readonly key: string;
  readonly certificate: string;
}

export async function selfSigned(nowMs: number): Promise<Credentials> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ])) as unknown as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${NAME}`,
    notBefore: new Date(nowMs - VALID_BEFORE_MS),
    notAfter: new Date(nowMs + VALID_AFTER_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: NAME }]),
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { key: x509.PemConverter.encode(key, "PRIVATE KEY"), certificate: certificate.toString("pem") };
}

/** SHA-256 of the first certificate in `pem`, "AB:CD:...", as openssl and Node print it. Throws when there is none. */
export function fingerprintOf(pem: string): string {
  return new NodeCertificate(pem).fingerprint256;
}
