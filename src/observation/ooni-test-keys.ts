/**
 * The lists inside `test_keys`: DNS queries (df-002), TCP connects (df-005), TLS and QUIC handshakes (df-006),
 * requests (df-001) and network events (df-008). Lists are cut at the bounds below, with a note.
 */
import { canonicalAddress, splitEndpoint } from "./address.ts";
import type { LooseObject } from "./loose-json.ts";
import type {
  OoniConnect,
  OoniEvent,
  OoniHandshake,
  OoniPlace,
  OoniQuery,
  OoniRequest,
  OoniResponse,
} from "./ooni-reading.ts";

const MOST_QUERIES = 1_000;
const MOST_ANSWERS = 200;
const MOST_CONNECTS = 2_000;
const MOST_HANDSHAKES = 2_000;
const MOST_REQUESTS = 200;
const MOST_EVENTS = 50_000;
const MOST_HEADERS = 300;
const MOST_TAGS = 20;
const HEADER_LIMIT = 2_000;
/** A title stands near the beginning. */
const TITLE_SEARCH_CHARACTERS = 65_536;
const TITLE_LIMIT = 200;
const TCP_PORTS = 65_535;
const SYSTEM_ENGINES = new Set(["getaddrinfo", "system", "golang_net_resolver", "unknown"]);
const ENCRYPTED_ENGINES = new Set(["doh", "doh3", "dot"]);

export function readQueries(keys: LooseObject): OoniQuery[] {
  return keys.objects("queries", MOST_QUERIES).flatMap((query): OoniQuery[] => {
    const hostname = query.text("hostname")?.toLowerCase().replace(/\.$/, "");
    if (hostname === undefined) return [];
    const engine = query.text("engine");
    const failure = query.text("failure");
    const answers = query.objects("answers", MOST_ANSWERS).flatMap((answer) => {
      const ip = canonicalAddress(answer.text("ipv4") ?? answer.text("ipv6") ?? "");
      const asn = answer.number("asn");
      return ip === undefined ? [] : [{ ip, ...(asn !== undefined && asn > 0 && { asn }) }];
    });
    return [
      {
        hostname,
        resolver:
          engine === undefined || SYSTEM_ENGINES.has(engine)
            ? "system"
            : ENCRYPTED_ENGINES.has(engine)
              ? "encrypted"
              : "plain",
        ...(failure !== undefined && { failure }),
        answers,
        ...placeOf(query),
      },
    ];
  });
}

export function readConnects(keys: LooseObject): OoniConnect[] {
  return keys.objects("tcp_connect", MOST_CONNECTS).flatMap((connect): OoniConnect[] => {
    const ip = canonicalAddress(connect.text("ip") ?? "");
    const port = connect.number("port");
    const status = connect.object("status");
    if (ip === undefined || port === undefined || !(port > 0 && port <= TCP_PORTS) || !status) return [];
    const success = status.boolean("success");
    const failure = status.text("failure") ?? (success === true ? undefined : "unknown_failure");
    // Neither success nor failure is said: not known, so not counted.
    if (success === undefined && status.raw("failure") === undefined) return [];
    return [{ ip, port, ...(success !== true && failure !== undefined && { failure }), ...placeOf(connect) }];
  });
}

export function readHandshakes(keys: LooseObject): OoniHandshake[] {
  const read = (key: string, protocol: OoniHandshake["protocol"]): OoniHandshake[] =>
    keys.objects(key, MOST_HANDSHAKES).map((handshake) => {
      const endpoint = splitEndpoint(handshake.text("address") ?? "");
      const serverName = handshake.text("server_name")?.toLowerCase();
      const failure = handshake.text("failure");
      const quic = protocol === "quic" || ["udp", "quic"].includes(handshake.text("network") ?? "");
      return {
        protocol: quic ? "quic" : "tls",
        ...endpoint,
        ...(serverName !== undefined && { serverName }),
        ...(failure !== undefined && { failure }),
        verified: handshake.boolean("no_tls_verify") !== true,
        ...placeOf(handshake),
      };
    });
  return [...read("tls_handshakes", "tls"), ...read("quic_handshakes", "quic")];
}

export function readRequests(keys: LooseObject): OoniRequest[] {
  return keys.objects("requests", MOST_REQUESTS).flatMap((entry): OoniRequest[] => {
    const url = entry.object("request")?.text("url");
    if (url === undefined) return [];
    const failure = entry.text("failure");
    const ip = splitEndpoint(entry.text("address") ?? "")?.ip;
    const response = entry.object("response");
    return [
      {
        url,
        ...(ip !== undefined && { ip }),
        ...(failure !== undefined && { failure }),
        ...(response ? readResponse(response) : { headers: new Map() }),
        ...placeOf(entry),
      },
    ];
  });
}

function readResponse(response: LooseObject): OoniResponse {
  const status = response.number("code");
  const truncated = response.boolean("body_is_truncated");
  const body = response.raw("body");
  const { bytes, start } = measureBody(body);
  const title = start && titleOf(start);
  return {
    ...(status !== undefined && status > 0 && { status }),
    headers: readHeaders(response),
    ...(bytes !== undefined && { bodyBytes: bytes }),
    ...(truncated !== undefined && { bodyTruncated: truncated }),
    ...(title !== undefined && title !== "" && { title }),
  };
}

/** A body is a text, or `{format: "base64", data}` where it is not UTF-8. */
function measureBody(body: unknown): { readonly bytes?: number; readonly start?: string } {
  if (typeof body === "string") {
    return { bytes: new TextEncoder().encode(body).length, start: body.slice(0, TITLE_SEARCH_CHARACTERS) };
  }
  const data = typeof body === "object" && body !== null && "data" in body ? body.data : undefined;
  if (typeof data !== "string") return {};
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return { bytes: Math.max(0, Math.floor((data.length * 3) / 4) - padding) };
}

/** The text between the first <title> and </title>, spaces folded. */
export function titleOf(html: string): string | undefined {
  const open = /<title(?:\s[^<>]{0,200})?>/i.exec(html);
  if (!open) return undefined;
  const from = open.index + open[0].length;
  const text = html.slice(from, from + 4 * TITLE_LIMIT);
  const close = text.search(/<\/title/i);
  return (close < 0 ? text : text.slice(0, close)).replace(/\s+/g, " ").trim().slice(0, TITLE_LIMIT);
}

/** `headers` is a map of texts (or of `{format, data}`), `headers_list` a list of pairs. */
export function readHeaders(response: LooseObject): Map<string, string> {
  const headers = new Map<string, string>();
  const keep = (name: unknown, value: unknown): void => {
    if (typeof name !== "string" || headers.size >= MOST_HEADERS) return;
    headers.set(
      name.toLowerCase().slice(0, 200),
      typeof value === "string" ? value.slice(0, HEADER_LIMIT) : "",
    );
  };
  const list = response.raw("headers_list");
  if (Array.isArray(list)) {
    for (const pair of list.slice(0, MOST_HEADERS)) if (Array.isArray(pair)) keep(pair[0], pair[1]);
  }
  const map = response.raw("headers");
  if (typeof map === "object" && map !== null && !Array.isArray(map)) {
    for (const [name, value] of Object.entries(map)) keep(name, Array.isArray(value) ? value[0] : value);
  }
  return headers;
}

export function readEvents(keys: LooseObject): OoniEvent[] {
  return keys.objects("network_events", MOST_EVENTS).flatMap((event): OoniEvent[] => {
    const operation = event.text("operation");
    if (operation === undefined) return [];
    const bytes = event.number("num_bytes");
    const failure = event.text("failure");
    return [
      {
        operation,
        ...splitEndpoint(event.text("address") ?? ""),
        ...(bytes !== undefined && bytes >= 0 && { bytes }),
        ...(failure !== undefined && { failure }),
        ...placeOf(event),
      },
    ];
  });
}

function placeOf(record: LooseObject): OoniPlace {
  const tags = record.texts("tags", MOST_TAGS);
  const depth = Number(
    /^depth=(\d{1,3})$/.exec(tags.find((tag) => tag.startsWith("depth=")) ?? "")?.[1] ?? NaN,
  );
  const fetches = tags.find((tag) => tag.startsWith("fetch_body="));
  const transactionId = record.number("transaction_id");
  const start = record.number("t0");
  const end = record.number("t");
  return {
    ...(Number.isInteger(depth) && { depth }),
    ...(fetches !== undefined && { fetchesBody: fetches === "fetch_body=true" }),
    ...(transactionId !== undefined && transactionId > 0 && { transactionId }),
    ...(start !== undefined && { startSeconds: start }),
    ...(end !== undefined && { endSeconds: end }),
  };
}
