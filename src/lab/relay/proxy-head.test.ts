import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_HEAD_BYTES, readProxyHead } from "./proxy-head.ts";

describe("the head of a request to a proxy", () => {
  it("names the tunnel's other end and keeps what follows", () => {
    const head = readProxyHead(
      Buffer.from("CONNECT twitter.com:443 HTTP/1.1\r\nHost: twitter.com\r\n\r\nhello"),
    );
    expect(head).toEqual({ kind: "tunnel", host: "twitter.com", port: 443, first: Buffer.from("hello") });
    expect(readProxyHead(Buffer.from("CONNECT [fd00::1]:80 HTTP/1.1\r\n\r\n"))).toMatchObject({
      host: "fd00::1",
    });
  });

  it("turns a request in absolute form into one that a server takes", () => {
    const head = readProxyHead(
      Buffer.from(
        "GET http://example.org:8080/a?b=c HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n",
      ),
    );
    expect(head).toMatchObject({ kind: "request", host: "example.org", port: 8080 });
    expect(head.kind === "request" && head.first.toString()).toBe(
      "GET /a?b=c HTTP/1.1\r\nHost: example.org:8080\r\nConnection: close\r\n\r\n",
    );
    expect(readProxyHead(Buffer.from("GET http://a.example HTTP/1.0\r\n\r\n"))).toMatchObject({ port: 80 });
  });

  it("refuses what is neither, and heads without end", () => {
    expect(readProxyHead(Buffer.from("GET / HTTP/1.1\r\n\r\n")).kind).toBe("refused");
    expect(readProxyHead(Buffer.alloc(MAX_HEAD_BYTES, "a")).kind).toBe("refused");
    expect(readProxyHead(Buffer.from("CONNECT twitter.com:443 HT")).kind).toBe("need-more");
  });

  it("never throws", () => {
    const lines = fc.constantFrom("CONNECT ", "GET http://", "\r\n\r\n", ":", "[", " HTTP/1.1");
    const bytes = fc.array(fc.oneof(lines, fc.string()), { maxLength: 8 });
    fc.assert(fc.property(bytes, (parts) => readProxyHead(Buffer.from(parts.join(""))).kind.length > 0));
  });
});
