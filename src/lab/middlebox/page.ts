/** The page that a box answers HTTP requests with (RFC 9112, section 4). */
import type { Action } from "../../rules/action.ts";

export type PageAction = Extract<Action, { kind: "page" }>;

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  301: "Moved Permanently",
  302: "Found",
  307: "Temporary Redirect",
  403: "Forbidden",
  451: "Unavailable For Legal Reasons",
  503: "Service Unavailable",
};

/** The whole response: status line, fields and body in UTF-8. */
export function emitPage(page: PageAction): Uint8Array {
  const encoder = new TextEncoder();
  const body = encoder.encode(page.body);
  const fields = [
    `HTTP/1.1 ${page.status} ${REASONS[page.status] ?? "Blocked"}`,
    ...(page.location === undefined ? [] : [`Location: ${page.location.replaceAll(/[\r\n]/g, "")}`]),
    "Content-Type: text/html; charset=utf-8",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  const head = encoder.encode(`${fields.join("\r\n")}\r\n\r\n`);
  const out = new Uint8Array(head.length + body.length);
  out.set(head);
  out.set(body, head.length);
  return out;
}
