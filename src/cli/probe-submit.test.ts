/** Against real servers on loopback. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { readCollector, submit } from "./probe-submit.ts";

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function collector(answer: RequestListener): Promise<URL> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

describe("a report", () => {
  it("goes out in the form that OONI's collectors take", async () => {
    let seen: unknown;
    const url = await collector(async (request, response) => {
      seen = { path: request.url, method: request.method, body: JSON.parse(await text(request)) };
      response.end(JSON.stringify({ measurement_uid: "2026-1", deletion_token: "t" }));
    });
    const measurement = { test_name: "brakelight_pairs", input: "twitter.com" };
    expect(await submit(measurement, url)).toEqual({ measurement_uid: "2026-1", deletion_token: "t" });
    expect(seen).toEqual({
      path: "/api/v1/submit_measurement",
      method: "POST",
      body: { format: "json", content: JSON.stringify(measurement) },
    });
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      "refused",
      (_, response) => response.writeHead(400).end("no such test\nmore"),
      /answered 400: no such test$/,
    ],
    [
      "answered with something else",
      (_, response) => response.end("<html>"),
      /does not answer as a collector/,
    ],
    [
      "led elsewhere",
      (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      /cannot be reached/,
    ],
  ])("that is %s says so in one line", async (_, answer, reason) => {
    const url = await collector(answer);
    const failed = submit({}, url);
    await expect(failed).rejects.toThrow(reason);
    await expect(failed).rejects.toThrow(/^[^\n]+$/);
  });

  it("goes to no place that is no collector's", () => {
    for (const wrong of ["collector.example", "file:///etc/passwd", "", "ftp://a.example/"])
      expect(() => readCollector(wrong)).toThrow(/--submit/);
    expect(readCollector("https://c.example").href).toBe("https://c.example/");
  });
});
