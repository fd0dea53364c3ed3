import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ATTEMPTS, postWebhook, type WebhookEffects } from "./webhook.ts";

const SECRET = "sixteen characters or more";
const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function receiver(
  answer: (count: number, request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<string> {
  let count = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => answer(++count, request, body, response));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  open.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const effects = (over: Partial<WebhookEffects> = {}): WebhookEffects => ({
  resolve: async () => ["127.0.0.1"],
  wait: async () => undefined,
  nowMs: () => 1_615_363_200_000,
  allowsLoopback: true,
  ...over,
});

describe("postWebhook", () => {
  it("signs time and body", async () => {
    let seen: { signature: unknown; body: string } | undefined;
    const url = await receiver((_, request, body, response) => {
      seen = { signature: request.headers["brakelight-signature"], body };
      response.end();
    });
    expect(await postWebhook(url, SECRET, '{"a":1}', effects())).toBeUndefined();
    const expected = createHmac("sha256", SECRET).update('1615363200.{"a":1}').digest("hex");
    expect(seen).toEqual({ signature: `t=1615363200,v1=${expected}`, body: '{"a":1}' });
  });

  it("tries again after a failure of the other side, with growing pauses", async () => {
    const pauses: number[] = [];
    const url = await receiver((count, _request, _body, response) => {
      response.statusCode = count < 3 ? 503 : 204;
      response.end();
    });
    const wait = async (ms: number): Promise<void> => void pauses.push(ms);
    expect(await postWebhook(url, SECRET, "{}", effects({ wait }))).toBeUndefined();
    expect(pauses).toEqual([1_000, 4_000]);
  });

  it("gives up, and says why", async () => {
    let count = 0;
    const url = await receiver((times, _request, _body, response) => {
      count = times;
      response.statusCode = 500;
      response.end();
    });
    expect(await postWebhook(url, SECRET, "{}", effects())).toContain("it answered 500");
    expect(count).toBe(ATTEMPTS);
  });

  it("follows no redirect", async () => {
    const url = await receiver((_count, _request, _body, response) => {
      response.writeHead(302, { location: "http://127.0.0.1:1/" });
      response.end();
    });
    expect(await postWebhook(url, SECRET, "{}", effects())).toContain("302");
  });

  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "192.168.0.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "fe80::1",
    "::ffff:10.0.0.1",
    "0.0.0.0",
  ])("refuses a name that leads to %s", async (address) => {
    const problem = await postWebhook(
      "https://hook.example/x",
      SECRET,
      "{}",
      effects({ resolve: async () => ["192.0.2.1", address].slice(1), allowsLoopback: false }),
    );
    expect(problem).toContain("not on the public internet");
  });

  it("refuses other schemes and what is no address", async () => {
    expect(await postWebhook("file:///etc/passwd", SECRET, "{}", effects())).toContain(
      "neither https nor http",
    );
    expect(await postWebhook("hook", SECRET, "{}", effects())).toContain("no address");
  });
});
