import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined, latin1 } from "./emit-bytes.ts";
import { emitHttpRequest } from "./emit-http.ts";
import { MAX_REQUEST_BYTES, readHttpRequest } from "./http.ts";

const read = (bytes: Uint8Array) => readHttpRequest(bytes, 0, bytes.length);
const hostOf = (text: string) => {
  const reading = read(latin1(text));
  return reading.kind === "name" ? reading.name : reading.kind;
};

describe("an HTTP request", () => {
  it("gives its host back, whatever the method, target and other fields", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"),
        fc.stringMatching(/^\/[a-z0-9/?=.-]{0,40}$/),
        fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,60}[a-z0-9])?$/),
        fc.option(fc.nat(65_535)),
        fc.array(fc.tuple(fc.stringMatching(/^X-[A-Za-z-]{1,20}$/), fc.stringMatching(/^[a-z:,;=]{0,60}$/)), {
          maxLength: 5,
        }),
        (method, target, name, port, fields) => {
          const host = port === null ? name : `${name}:${port}`;
          const request = emitHttpRequest({ method, target, host, before: fields, fields });
          expect(read(request)).toMatchObject({ kind: "name", name });
        },
      ),
    );
  });

  it("takes the host from the target where that is absolute, and for CONNECT", () => {
    expect(hostOf("GET http://a.example:8080/x HTTP/1.1\r\nHost: b.example\r\n\r\n")).toBe("a.example");
    expect(hostOf("GET HTTPS://user:word@a.example?x=@y HTTP/1.1\r\n\r\n")).toBe("a.example");
    expect(hostOf("CONNECT c.example:443 HTTP/1.1\r\nHost: d.example\r\n\r\n")).toBe("c.example");
    expect(hostOf("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n")).toBe("[2001:db8::1]");
    expect(hostOf("GET /?u=http://e.example/ HTTP/1.1\r\nHost: f.example\r\n\r\n")).toBe("f.example");
  });

  it("finds Host in any case, with any white space and with bare line feeds", () => {
    expect(hostOf("GET / HTTP/1.1\r\nhOsT:g.example\r\n\r\n")).toBe("g.example");
    expect(hostOf("GET / HTTP/1.1\nHost \t:\t g.Example \t\n\n")).toBe("g.Example");
    expect(hostOf("GET / HTTP/1.0\r\nX-Host: no\r\nHostile: no\r\nHost: h\r\n\r\n")).toBe("h");
  });

  it("without a host has none, and looks no further than the empty line", () => {
    expect(hostOf("GET / HTTP/1.0\r\n\r\nHost: body.example\r\n")).toBe("none");
    expect(hostOf("GET / HTTP/1.1\r\nHost: \r\n\r\n")).toBe("none");
  });

  it("gives the host as soon as its line is whole", () => {
    const request = emitHttpRequest({ host: "i.example", fields: [["Accept", "*/*"]] });
    const line = "GET / HTTP/1.1\r\nHost: i.example\r\n".length;
    for (let there = 0; there < line; there++)
      expect(readHttpRequest(request, 0, there).kind).toBe("need-more");
    expect(readHttpRequest(request, 0, line)).toMatchObject({ kind: "name", name: "i.example" });
  });

  it("is not one with another protocol's version, a response, or an endless head", () => {
    expect(hostOf("OPTIONS rtsp://a.example RTSP/1.0\r\nHost: a\r\n\r\n")).toBe("not-a-request");
    expect(hostOf("HTTP/1.1 200 OK\r\nHost: a\r\n\r\n")).toBe("not-a-request");
    expect(hostOf("GET nothing\r\n\r\n")).toBe("not-a-request");
    expect(hostOf(`GET / HTTP/1.1\r\nX: ${"y".repeat(MAX_REQUEST_BYTES)}`)).toBe("not-a-request");
  });

  it("never throws on a valid beginning with a random tail", () => {
    const request = emitHttpRequest({ host: "j.example", before: [["A", "b"]] });
    fc.assert(
      fc.property(fc.nat(request.length), fc.uint8Array({ maxLength: 100 }), (length, tail) => {
        read(joined(request.subarray(0, length), tail));
        read(tail);
      }),
    );
  });
});
