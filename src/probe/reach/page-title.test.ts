import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { certificateNames, certificateProblem, MAX_CERTIFICATE_NAMES } from "./certificate.ts";
import { hostHeader, requestPath } from "./http-step.ts";
import { pageTitle } from "./page-title.ts";
import { boundedText, MAX_TEXT_CHARACTERS } from "./reach-record.ts";

const title = (html: string | Buffer) => pageTitle(Buffer.from(html));

describe("The title of a page", () => {
  test("is the first, on one line, its entities read", () => {
    expect(title("<TITLE lang=en>\n Access&nbsp;denied &lt;451&gt;\t</Title><title>b</title>")).toBe(
      "Access denied <451>",
    );
  });

  test("is read as UTF-8, also where the page is cut within a letter, else byte by byte", () => {
    const page = Buffer.from("<title>Доступ ограничен</title>ж");
    expect(title(page.subarray(0, -1))).toBe("Доступ ограничен");
    expect(title(Buffer.from("<title>caf\xe9</title>", "latin1"))).toBe("café");
  });

  test("is none where it is empty, open, too long or absent", () => {
    for (const html of ["", "<title></title>", "<title>open", `<title>${"a".repeat(5000)}</title>`, "text"])
      expect(title(html)).toBeUndefined();
  });

  test("never throws and is bounded, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const text = pageTitle(Buffer.concat([Buffer.from("<title>"), bytes, Buffer.from("</title>")]));
        expect((text ?? "").length).toBeLessThanOrEqual(MAX_TEXT_CHARACTERS);
        pageTitle(bytes);
      }),
    );
  });
});

describe("Text of the network", () => {
  test("is one line without control characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 900 }), (text) => {
        const bounded = boundedText(text);
        expect(bounded.length).toBeLessThanOrEqual(MAX_TEXT_CHARACTERS);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
        expect(bounded).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
  });
});

describe("A request", () => {
  test("has a path of printable ASCII, whatever is asked for", () => {
    expect(requestPath("")).toBe("/");
    expect(requestPath("/a%20b?q=ü#x")).toBe("/a%20b?q=%C3%BC");
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (path) => {
        expect(requestPath(path)).toMatch(/^\/[!-~]*$/);
      }),
    );
  });

  test("names its host as RFC 9110 wants it", () => {
    expect(hostHeader("example.org", 443, 443)).toBe("example.org");
    expect(hostHeader("::1", 8443, 443)).toBe("[::1]:8443");
  });
});

describe("A certificate", () => {
  test("gives its names, a bounded number of them", () => {
    expect(certificateNames("DNS:a.test, IP Address:192.0.2.1, email:x@y, URI:z")).toEqual([
      "a.test",
      "192.0.2.1",
    ]);
    const many = Array.from({ length: 900 }, (_, i) => `DNS:n${i}.test`).join(", ");
    expect(certificateNames(many)).toHaveLength(MAX_CERTIFICATE_NAMES);
  });

  test.each([
    ["ERR_TLS_CERT_ALTNAME_INVALID", "ssl_invalid_hostname"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "ssl_unknown_authority"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "ssl_unknown_authority"],
    ["CERT_HAS_EXPIRED", "ssl_invalid_certificate"],
    ["CERT_REVOKED", "ssl_invalid_certificate"],
  ])("with %s is %s", (code, failure) => {
    expect(certificateProblem(code)).toEqual({ failure, code });
  });
});
