/**
 * A server's certificate as the record keeps it, and what is wrong with it in OONI's words (df-007).
 * Everything in it is hostile: texts and lists are cut.
 */
import type { X509Certificate } from "node:crypto";
import type { Certificate, CertificateProblem } from "./reach-record.ts";
import { boundedText } from "./reach-record.ts";

export const MAX_CERTIFICATE_NAMES = 20;
/** Some certificates name hundreds of hosts; what lies behind this is not looked at. */
const MAX_NAMES_CHARACTERS = 8_000;

export function describeCertificate(certificate: X509Certificate): Certificate {
  return {
    subject: boundedText((certificate.subject ?? "").replaceAll("\n", ", ")),
    issuer: boundedText((certificate.issuer ?? "").replaceAll("\n", ", ")),
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    validFrom: boundedText(certificate.validFrom),
    validTo: boundedText(certificate.validTo),
    names: certificateNames(certificate.subjectAltName ?? ""),
  };
}

/** "DNS:example.org, IP Address:192.0.2.1" -> names and addresses. */
export function certificateNames(alternativeNames: string): string[] {
  return alternativeNames
    .slice(0, MAX_NAMES_CHARACTERS)
    .split(", ")
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/s.exec(entry)?.[1] ?? [])
    .slice(0, MAX_CERTIFICATE_NAMES)
    .map(boundedText);
}

/** OpenSSL's verification codes that say who signed, not what was signed. */
const UNKNOWN_AUTHORITY = /UNABLE_TO|SELF_SIGNED|CERT_UNTRUSTED|INVALID_CA|INVALID_PURPOSE|CHAIN_TOO_LONG/;

/** `code` is what node:tls gives as authorizationError. */
export function certificateProblem(code: string): CertificateProblem {
  return { failure: problemFailure(code), code: boundedText(code) };
}

function problemFailure(code: string): string {
  if (code.startsWith("ERR_TLS_CERT_ALTNAME")) return "ssl_invalid_hostname";
  return UNKNOWN_AUTHORITY.test(code) ? "ssl_unknown_authority" : "ssl_invalid_certificate";
}
