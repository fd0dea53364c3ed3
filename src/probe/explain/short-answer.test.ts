/** Over real TLS: what a control server says, and servers that never end. */
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { selfSigned } from "../control-server/certificate.ts";
import { shortAnswer } from "./short-answer.ts";

describe("a short answer", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function askOf(
    answer: (write: (text: string) => void, end: () => void) => void,
  ): Promise<string | undefined> {
    const { key, certificate } = await selfSigned(Date.now());
    const started = createServer({ key, cert: certificate }, (_, response) => {
      answer(
        (text) => response.write(text),
        () => response.end(),
      );
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    const { port } = started.address() as AddressInfo;
    return shortAnswer({ address: "127.0.0.1", port }, "neutral.example", "GET", "/ports", 700);
  }

  it("is read whole", async () => {
    const said = await askOf((write, end) => {
      write("{}");
      end();
    });
    expect(said).toBe("{}");
  });

  it("is none where it does not end, drop by drop or in a flood", async () => {
    let timer: NodeJS.Timeout | undefined;
    const drops = await askOf((write) => {
      timer = setInterval(() => write("x"), 50);
    });
    clearInterval(timer);
    expect(drops).toBeUndefined();
    server!.closeAllConnections();
    server!.close();
    expect(await askOf((write) => write("x".repeat(5000)))).toBeUndefined();
  });
});
