/** Against proxies on loopback that answer in every way. */
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { connectThrough } from "./connect-through.ts";

let server: Server | undefined;
afterEach(() => server?.close());

async function through(answer: string, heard: string[] = []): Promise<void> {
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      heard.push(bytes.toString());
      if (answer === "") socket.destroy();
      // In pieces, as a network may.
      else for (const piece of answer.match(/.{1,7}/gs) ?? []) socket.write(piece);
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const socket = new Socket();
  await new Promise<void>((resolve) => {
    socket.connect((server!.address() as AddressInfo).port, "127.0.0.1", resolve);
  });
  try {
    await connectThrough(socket, { address: "2001:db8::1", port: 443 });
  } finally {
    socket.destroy();
  }
}

describe("a way through a proxy", () => {
  it("is asked for by CONNECT", async () => {
    const heard: string[] = [];
    await through("HTTP/1.1 200 Connection established\r\n\r\n", heard);
    expect(heard).toEqual(["CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"]);
  });

  it.each([
    ["HTTP/1.1 502 Bad Gateway\r\nX-Brakelight-Failure: dns_nxdomain_error\r\n\r\n", "dns_nxdomain_error"],
    ["HTTP/1.1 403 Forbidden\r\n\r\n", "unknown_failure: the proxy refused"],
    ["x".repeat(9000), "unknown_failure: the proxy refused"],
    ["", "eof_error"],
  ])("that is refused says why (%#)", async (answer, failure) => {
    await expect(through(answer)).rejects.toMatchObject({ failure });
  });
});
