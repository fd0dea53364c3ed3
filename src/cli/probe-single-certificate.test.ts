import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import { describe, expect, it } from "vitest";
import * as whole from "../probe/control-server/certificate.ts";
import * as single from "./probe-single-certificate.ts";

const NOW_MS = Date.UTC(2026, 10, 25, 12);

describe("The single file's certificate", () => {
  it("says what the library's says", async () => {
    const [ours, theirs] = await Promise.all([single.selfSigned(NOW_MS), whole.selfSigned(NOW_MS)]);
    const [a, b] = [new X509Certificate(ours.certificate), new X509Certificate(theirs.certificate)];
    for (const field of [
      "subject",
      "issuer",
      "subjectAltName",
      "keyUsage",
      "ca",
      "validFrom",
      "validTo",
    ] as const)
      expect([field, a[field]]).toEqual([field, b[field]]);
    expect(a.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(single.fingerprintOf(ours.certificate)).toBe(whole.fingerprintOf(ours.certificate));
  });

  it("is signed by its own key, each time another one", async () => {
    const [one, other] = await Promise.all([single.selfSigned(NOW_MS), single.selfSigned(NOW_MS)]);
    const certificate = new X509Certificate(one.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(one.key))).toBe(true);
    expect(certificate.serialNumber).not.toBe(new X509Certificate(other.certificate).serialNumber);
  });

  it("has dates that are read right after 2049, too", async () => {
    const { certificate } = await single.selfSigned(Date.UTC(2049, 11, 31));
    const { validFrom, validTo } = new X509Certificate(certificate);
    expect([Date.parse(validFrom), Date.parse(validTo)]).toEqual([
      Date.UTC(2049, 11, 29),
      Date.UTC(2050, 11, 31),
    ]);
  });

  it("is trusted by a client that is given it", async () => {
    const { key, certificate } = await single.selfSigned(Date.now());
    const server = createServer({ key, cert: certificate }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: certificate });
    await once(socket, "secureConnect");
    expect(socket.authorized).toBe(true);
    socket.destroy();
    server.close();
  });
});
