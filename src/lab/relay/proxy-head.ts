/**
 * The head of a request to a client's entry, as programs send it to an HTTP proxy: CONNECT (RFC 9110, section 9.3.6), or a
 * request in absolute form, which goes on in origin form, with the Host of its target (RFC 9112, section 3.2.2), on a
 * connection of its own.
 * Bounds: MAX_HEAD_BYTES. Never throws.
 */
export const MAX_HEAD_BYTES = 16_384;
const HTTP_PORT = 80;

export type ProxyHead =
  | { readonly kind: "need-more" }
  | { readonly kind: "refused"; readonly reason: string }
  /** `first`: what the server gets before anything else. */
  | {
      readonly kind: "tunnel" | "request";
      readonly host: string;
      readonly port: number;
      readonly first: Buffer;
    };

export function readProxyHead(bytes: Buffer): ProxyHead {
  const end = bytes.subarray(0, MAX_HEAD_BYTES).indexOf("\r\n\r\n");
  if (end < 0) {
    return bytes.length < MAX_HEAD_BYTES
      ? { kind: "need-more" }
      : { kind: "refused", reason: "a head without end" };
  }
  const [line, ...fields] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const rest = bytes.subarray(end + 4);
  const tunnel = /^CONNECT (\[[0-9A-Fa-f:.]+\]|[^\s:]+):(\d{1,5}) HTTP\/1\.[01]$/.exec(line!);
  if (tunnel) {
    return { kind: "tunnel", host: bareHost(tunnel[1]!), port: Number(tunnel[2]), first: rest };
  }
  const request =
    /^([A-Z]+) http:\/\/(\[[0-9A-Fa-f:.]+\]|[^\s:/?#]+)(?::(\d{1,5}))?(\S*) (HTTP\/1\.[01])$/i.exec(line!);
  if (!request) return { kind: "refused", reason: "neither CONNECT nor a request for http://" };
  const [, method, host, port, path, version] = request;
  const kept = fields.filter(
    (field) => !/^(host|proxy-connection|proxy-authorization|connection|keep-alive):/i.test(field),
  );
  const target = path!.startsWith("/") ? path! : `/${path}`;
  // Another request of the program may be for another site: each has a connection of its own.
  const authority = port === undefined ? host : `${host}:${port}`;
  const head = [`${method} ${target} ${version}`, `Host: ${authority}`, ...kept, "Connection: close"].join(
    "\r\n",
  );
  return {
    kind: "request",
    host: bareHost(host!),
    port: port === undefined ? HTTP_PORT : Number(port),
    first: Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "latin1"), rest]),
  };
}

function bareHost(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
