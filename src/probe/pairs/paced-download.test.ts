/** Against a control server on loopback, where nothing is lost, and against one that is none. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tryTcpInfo } from "../../host/machine-abilities.ts";
import { selfSigned } from "../control-server/certificate.ts";
import { type ControlServer, startControlServer } from "../control-server/control-server.ts";
import type { ArmsPlan } from "./arms.ts";
import { type PacedRequest, pacedDownload } from "./paced-download.ts";

const ADDRESS = "127.0.0.1";
const REQUEST: PacedRequest = { paceBps: 2e6, bytes: 60_000, rttUs: 20_000, restMs: 50, timeoutMs: 5000 };
let server: ControlServer;

beforeAll(async () => {
  server = await startControlServer({ listen: ADDRESS, port: 0 });
});
afterAll(() => server.close());

function armsTo(port: number): ArmsPlan {
  return {
    target: { name: "target.test", address: ADDRESS, port, path: "/" },
    neutralName: "neutral.test",
    controlServer: { address: ADDRESS, port },
    ...{ sites: [], bytes: 1, timeoutMs: 1, trust: { insecure: true } },
  };
}

it("counts what passes from the first packet on, where the kernel tells", async (context) => {
  const why = tryTcpInfo();
  if (why !== undefined) context.skip(why);
  for (const paceBps of [2e6, Number.POSITIVE_INFINITY]) {
    const { movedBytes, passed } = await pacedDownload(armsTo(server.port), "target", {
      ...REQUEST,
      paceBps,
    });
    const { arrivals, isLost } = passed!;
    expect(isLost).toBe(false);
    expect(arrivals.at(-1)!.bytes).toBeGreaterThan(REQUEST.bytes);
    expect(movedBytes).toBeGreaterThan(REQUEST.bytes);
    for (const [index, { us, bytes }] of arrivals.slice(1).entries()) {
      expect(us).toBeGreaterThan(arrivals[index]!.us);
      expect(bytes).toBeGreaterThan(arrivals[index]!.bytes);
    }
  }
});

it("tells nothing of a server that has no such bytes, nor of one that is not there, nor of what the time cut off", async () => {
  const { key, certificate } = await selfSigned(Date.now());
  const other = createServer({ key, cert: certificate }, (_, response) => response.writeHead(404).end("no"));
  await once(other.listen(0, ADDRESS), "listening");
  const { port } = other.address() as AddressInfo;
  expect((await pacedDownload(armsTo(port), "control", REQUEST)).passed).toBeUndefined();
  other.close();
  expect(await pacedDownload(armsTo(1), "control", REQUEST)).toEqual({ movedBytes: 0 });
  const cut = { ...REQUEST, bytes: 1e6, timeoutMs: 400 };
  expect((await pacedDownload(armsTo(server.port), "control", cut)).passed).toBeUndefined();
});

it("ends when it is told to", async () => {
  const { movedBytes } = await pacedDownload(
    armsTo(server.port),
    "target",
    { ...REQUEST, bytes: 1e6 },
    AbortSignal.timeout(300),
  );
  expect(movedBytes).toBeLessThan(500_000);
});
