import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlServer, startControlServer } from "../control-server/control-server.ts";
import { fetchPorts, readPorts } from "./server-ports.ts";

describe("the ports of a control server", () => {
  let server: ControlServer;
  beforeAll(async () => {
    server = await startControlServer({ listen: "127.0.0.1", port: 0, otherPort: 0, httpPort: 0 });
  });
  afterAll(() => server.close());

  it("are told over TLS; those that it has not are absent", async () => {
    const { port, otherPort, httpPort } = server;
    const place = { address: "127.0.0.1", port };
    expect(await fetchPorts(place, "neutral.example")).toEqual({ port, otherPort, httpPort });
    expect(await fetchPorts({ ...place, port: otherPort! }, "neutral.example")).toMatchObject({ port });
    expect(await fetchPorts({ ...place, port: httpPort! }, "neutral.example")).toBeUndefined();
  });

  it("are unknown where something else answers", () => {
    for (const text of ["", "null", "[]", "{}", "<html>", '{"port": "443"}', '{"port": 0}'])
      expect(readPorts(text)).toBeUndefined();
    expect(readPorts('{"port": 443, "httpPort": 99999, "more": 1}')).toEqual({ port: 443 });
  });
});
