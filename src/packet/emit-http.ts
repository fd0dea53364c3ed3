/** Builds HTTP/1.x request heads (RFC 9112, section 3). */
import { latin1 } from "./emit-bytes.ts";

export interface HttpRequest {
  readonly method?: string;
  readonly target?: string;
  /** Value of the Host field; absent for none. */
  readonly host?: string;
  readonly version?: "1.0" | "1.1";
  /** Fields before and behind Host, in order. */
  readonly before?: readonly (readonly [name: string, value: string])[];
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

export function emitHttpRequest(request: HttpRequest): Uint8Array {
  const fields = [
    ...(request.before ?? []),
    ...(request.host === undefined ? [] : [["Host", request.host] as const]),
    ...(request.fields ?? []),
  ];
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const start = `${request.method ?? "GET"} ${request.target ?? "/"} HTTP/${request.version ?? "1.1"}\r\n`;
  return latin1(`${start}${lines}\r\n${request.body ?? ""}`);
}
