/**
 * The laboratory's own certificate authority: signs a certificate for any name that is asked for. It exists while the
 * laboratory runs, and its key never leaves the process. Elliptic curve P-256, as the large sites use.
 */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import type { SecureContext } from "node:tls";
import { createSecureContext } from "node:tls";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
/** Clocks of clients may be wrong by weeks, and a scenario's tools take the machine's clock. */
const VALID_BEFORE_MS = 30 * DAY_MS;
const VALID_AFTER_MS = 365 * DAY_MS;
const MAX_CONTEXTS = 5000;
const LONGEST_NAME = 253;

export class CertificateAuthority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;
  readonly #leafKeys: webcrypto.CryptoKeyPair;
  readonly #leafKeyPem: string;
  readonly #contexts = new Map<string, Promise<SecureContext>>();

  private constructor(
    keys: webcrypto.CryptoKeyPair,
    certificate: x509.X509Certificate,
    leafKeys: webcrypto.CryptoKeyPair,
    pem: string,
  ) {
    this.#keys = keys;
    this.#certificate = certificate;
    this.#leafKeys = leafKeys;
    this.#leafKeyPem = pem;
  }

  static async create(nowMs: number): Promise<CertificateAuthority> {
    x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: "01",
      name: "CN=Brakelight laboratory (not for the internet)",
      notBefore: new Date(nowMs - VALID_BEFORE_MS),
      notAfter: new Date(nowMs + VALID_AFTER_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    const leafKeys = await newKeys();
    const exported = await webcrypto.subtle.exportKey("pkcs8", leafKeys.privateKey);
    return new CertificateAuthority(
      keys,
      certificate,
      leafKeys,
      x509.PemConverter.encode(exported, "PRIVATE KEY"),
    );
  }

  /** To be trusted by the laboratory's clients. */
  get pem(): string {
    return this.#certificate.toString("pem");
  }

  /** A server's credentials for `name`; of the last MAX_CONTEXTS names they are kept. */
  contextFor(name: string, nowMs: number): Promise<SecureContext> {
    const known = this.#contexts.get(name);
    if (known) return known;
    if (this.#contexts.size >= MAX_CONTEXTS) this.#contexts.delete(this.#contexts.keys().next().value!);
    const made = this.credentialsFor(name.slice(0, LONGEST_NAME), nowMs).then((credentials) =>
      createSecureContext({ ...credentials, minVersion: "TLSv1.2" }),
    );
    this.#contexts.set(name, made);
    return made;
  }

  /** Key and certificate chain, PEM. */
  async credentialsFor(name: string, nowMs: number): Promise<{ key: string; cert: string }> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject: "CN=Brakelight laboratory site",
      issuer: this.#certificate.subject,
      notBefore: new Date(nowMs - VALID_BEFORE_MS),
      notAfter: new Date(nowMs + VALID_AFTER_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: this.#leafKeys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: name.replace(/\.$/, "") }]),
      ],
    });
    return { key: this.#leafKeyPem, cert: `${certificate.toString("pem")}\n${this.pem}` };
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]) as unknown as Promise<webcrypto.CryptoKeyPair>;
}
