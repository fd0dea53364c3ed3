/** What the boxes do, row by row: the specification of the middlebox. Sources: notes of Xue et al., 2021 and 2022. */
import { REPORT_WINDOW, TSPU_QUIC_FINGERPRINT } from "../../src/lab/middlebox/config.ts";
import { emitDnsMessage, emitDnsOverTcp } from "../../src/packet/emit-dns.ts";
import { emitHttpRequest } from "../../src/packet/emit-http.ts";
import { emitQuicHello } from "../../src/packet/emit-quic.ts";
import { emitClientHello } from "../../src/packet/emit-tls.ts";
import type { Action } from "../../src/rules/action.ts";
import type { Behaviour, End, Outcome, Step } from "./behaviour.ts";
import {
  CHANGE_CIPHER_SPEC,
  connectRequest,
  dataRecord,
  FULL_SEGMENT_BYTES,
  flipped,
  hello,
  helloOf,
  nameAt,
  noise,
  SOCKS_ACCEPTED,
  SOCKS_CONNECT,
  SOCKS_CONNECTED,
  SOCKS_GREETING,
} from "./payloads.ts";
import {
  byAddress,
  byName,
  ELEVEN_MARCH,
  list,
  POLICE,
  patterns,
  rule,
  SHAPE_UPLOAD,
  TEN_MARCH,
  TWITTER,
  TWO_APRIL,
} from "./rules.ts";

const NAME = "twitter.com";

function send(from: End, ...pieces: readonly Uint8Array[]): Step {
  return { kind: "send", from, pieces };
}

function cut(bytes: Uint8Array, at: number): Uint8Array[] {
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** A row about the box of 2021 with the rules of 2 April. */
function row(
  name: string,
  source: string,
  steps: readonly Step[],
  expected: Behaviour["expected"],
  more: Partial<Behaviour> = {},
): Behaviour {
  return { name, source, rules: TWITTER, startMs: TWO_APRIL, steps, expected, ...more };
}

const RULES_BY_DATE = "Rules by date: *t.co*, *twitter.com, *.twimg.com; 11 March; 2 April";
/** Name, then whether it is throttled on 10 March, 11 March and 2 April. */
const NAMES: readonly (readonly [string, boolean, boolean, boolean])[] = [
  ["t.co", true, true, true],
  ["twitter.com", true, true, true],
  ["www.twitter.com", true, true, true],
  ["api.twitter.com", true, true, true],
  ["TWITTER.com", true, true, true],
  ["abs.twimg.com", true, true, true],
  ["twimg.com", false, false, false],
  ["reddit.com", true, false, false],
  ["microsoft.com", true, false, false],
  ["rt.com", true, false, false],
  ["raw.githubusercontent.com", true, false, false],
  ["throttletwitter.com", true, true, false],
  ["help.twitter.com", true, true, false],
  // "Trailing dot on the SNI (report only)" works against it.
  ["twitter.com.", false, false, false],
  ["example.org", false, false, false],
];

const names = [TEN_MARCH, ELEVEN_MARCH, TWO_APRIL].flatMap((startMs, date) =>
  NAMES.map(([name, ...throttled]) => {
    const expected: Outcome = throttled[date] ? "throttled" : "free";
    const day = ["10 March", "11 March", "2 April"][date]!;
    return row(`${name} on ${day} is ${expected}`, RULES_BY_DATE, [send("client", hello(name))], expected, {
      startMs,
    });
  }),
);

const HELLO = hello(NAME);
const AT = nameAt(HELLO, NAME);
const FLIPPED = "Fields parsed: ...; flip any one and nothing is triggered";

const fields = [
  row("the TLS content type flipped", FLIPPED, [send("client", flipped(HELLO, 0))], "free"),
  row("the handshake type flipped", FLIPPED, [send("client", flipped(HELLO, 5))], "free"),
  row(
    "the type of the server_name extension flipped",
    FLIPPED,
    [send("client", flipped(HELLO, AT - 9, 2))],
    "free",
  ),
  row("the servername type flipped", FLIPPED, [send("client", flipped(HELLO, AT - 3))], "free"),
  row("the client random flipped", FLIPPED, [send("client", flipped(HELLO, 11, 32))], "throttled"),
];

const origins = [
  row(
    "the server sends the hello",
    "A TLS ClientHello with a matching SNI, sent by EITHER end",
    [send("server", HELLO)],
    "throttled",
  ),
  row(
    "a connection from outside, the client sends the hello",
    "Only TCP connections initiated from inside trigger",
    [send("client", HELLO)],
    "free",
    { opener: "server" },
  ),
  row(
    "a connection from outside, the server sends the hello",
    "Only TCP connections initiated from inside trigger",
    [send("server", HELLO)],
    "free",
    { opener: "server" },
  ),
  row(
    "a connection between two hosts inside",
    "Inside-to-inside connections too",
    [send("client", HELLO)],
    "throttled",
    { isInsideOnly: true },
  ),
  row(
    "a hello without a name",
    "no SNI to a Twitter address is not (throttled)",
    [send("client", hello())],
    "free",
  ),
  row("IPv6", "(the same box)", [send("client", HELLO)], "throttled", { ipVersion: 6 }),
  row(
    "a new connection from the same port after the box gave up",
    "a first packet of more than 100 random bytes makes the box give up on the flow (not on the next one)",
    [send("client", noise(101)), { kind: "syn", from: "client" }, send("client", HELLO)],
    "throttled",
  ),
  row(
    "a remote SYN after the hello changes nothing in 2021",
    "a remote SYN can un-block a flow (2022)",
    [send("client", HELLO), { kind: "syn", from: "server" }],
    "throttled",
  ),
  row(
    "a remote SYN after the hello frees the flow in 2022",
    "a remote SYN can un-block a flow (2022)",
    [send("client", HELLO), { kind: "syn", from: "server" }],
    "free",
    { config: { remoteSynUnblocks: true } },
  ),
  row(
    "a remote SYN frees a dropped flow in 2022",
    "a remote SYN can un-block a flow (2022)",
    [send("client", HELLO), { kind: "syn", from: "server" }],
    "swallowed",
    { config: { remoteSynUnblocks: true }, rules: byName({ kind: "drop" }, NAME) },
  ),
];

const segments = [
  row(
    "a hello split over two segments",
    "No reassembly across TCP segments",
    [send("client", ...cut(HELLO, 20))],
    "free",
  ),
  row(
    "a hello split behind its name",
    "No reassembly across TCP segments",
    [send("client", ...cut(HELLO, AT + 30))],
    "free",
  ),
  row(
    "a hello split over two segments before a box that reassembles",
    "variant: reassembles",
    [send("client", ...cut(HELLO, 20))],
    "throttled",
    { config: { reassembles: true } },
  ),
  row(
    "a hello split into 30 segments before a box that reassembles",
    "variant: reassembles",
    [
      send(
        "client",
        ...Array.from({ length: 30 }, (_, i) => HELLO.subarray(i * 8, i < 29 ? i * 8 + 8 : undefined)),
      ),
    ],
    "throttled",
    { config: { reassembles: true } },
  ),
  row(
    "a hello that fills its segment exactly",
    "A ClientHello that fills its segment exactly passes as trigger",
    [send("client", helloOf(NAME, FULL_SEGMENT_BYTES))],
    "throttled",
  ),
  row(
    "padding past one packet",
    "Works against it: padding past one packet",
    [send("client", ...cut(helloOf(NAME, FULL_SEGMENT_BYTES + 1), FULL_SEGMENT_BYTES))],
    "free",
  ),
  row(
    "a CCS record before the hello in the same packet",
    "Works against it: a CCS record prepended in the same packet",
    [send("client", Buffer.concat([CHANGE_CIPHER_SPEC, HELLO]))],
    "free",
  ),
  row(
    "a CCS record in a packet of its own",
    "any valid TLS record keeps it looking",
    [send("client", CHANGE_CIPHER_SPEC, HELLO)],
    "throttled",
  ),
];

const KEEPS =
  "any valid TLS record, HTTP proxy or SOCKS packet, or random data under 100 bytes keeps it looking";
const GIVES_UP = "a first packet of more than 100 random bytes makes the box give up on the flow";

const firsts = [
  row("99 random bytes first", KEEPS, [send("client", noise(99), HELLO)], "throttled"),
  row("100 random bytes first", KEEPS, [send("client", noise(100), HELLO)], "throttled"),
  row("101 random bytes first", GIVES_UP, [send("client", noise(101), HELLO)], "free"),
  row(
    "101 random bytes of the server first",
    GIVES_UP,
    [send("server", noise(101)), send("client", HELLO)],
    "free",
  ),
  row(
    "a fake ClientHello first",
    "Does not work: one fake ClientHello first",
    [send("client", hello("example.org"), HELLO)],
    "throttled",
  ),
  row(
    "a plain request of more than 100 bytes first",
    GIVES_UP,
    [send("client", emitHttpRequest({ host: "example.org", target: `/${"a".repeat(90)}` }), HELLO)],
    "free",
  ),
  row(
    "through an HTTP proxy",
    "Does not work: plain HTTP or SOCKS proxy",
    [send("client", connectRequest(NAME)), send("server", noise(39)), send("client", HELLO)],
    "throttled",
  ),
  row(
    "through a SOCKS proxy",
    "Does not work: plain HTTP or SOCKS proxy",
    [
      send("client", SOCKS_GREETING),
      send("server", SOCKS_ACCEPTED),
      send("client", SOCKS_CONNECT),
      send("server", SOCKS_CONNECTED),
      send("client", HELLO),
    ],
    "throttled",
  ),
  ...[0, 1, 2, 3, 4, 9, 15, 16, 20].map((count) =>
    row(
      `the hello after ${count} TLS records`,
      "keeps it looking for 3-15 further packets (paper)",
      [send("client", ...Array.from({ length: count }, () => dataRecord()), HELLO)],
      count <= 3 ? "throttled" : count >= 16 ? "free" : ["throttled", "free"],
    ),
  ),
  ...[3, 14, 15, 17, 20, 21].map((count) =>
    row(
      `the hello after ${count} TLS records, by the report`,
      "the report says 15-20",
      [send("client", ...Array.from({ length: count }, () => dataRecord()), HELLO)],
      count <= 15 ? "throttled" : count >= 21 ? "free" : ["throttled", "free"],
      { config: { window: REPORT_WINDOW } },
    ),
  ),
];

const TEN_MINUTES = "forgotten after ~10 idle minutes; FIN and RST do not clear it";

const states = [
  row("9 idle minutes", TEN_MINUTES, [send("client", HELLO), { kind: "idle", minutes: 9 }], "throttled"),
  row("11 idle minutes", TEN_MINUTES, [send("client", HELLO), { kind: "idle", minutes: 11 }], "free"),
  row(
    "11 idle minutes before the hello",
    TEN_MINUTES,
    [{ kind: "idle", minutes: 11 }, send("client", HELLO)],
    "free",
  ),
  row(
    "11 idle minutes of a dropped flow",
    `${TEN_MINUTES} (of later kinds unpublished: the same table of flows)`,
    [send("client", HELLO), { kind: "idle", minutes: 11 }],
    "swallowed",
    { rules: byName({ kind: "drop" }, NAME) },
  ),
  row(
    "two hours of transfer",
    "an active flow is still throttled after 2 h",
    [send("client", HELLO), { kind: "transfer", minutes: 120 }],
    "throttled",
  ),
  row(
    "FIN of the client",
    TEN_MINUTES,
    [send("client", HELLO), { kind: "fin", from: "client" }],
    "throttled",
  ),
  row(
    "FIN of the server",
    TEN_MINUTES,
    [send("client", HELLO), { kind: "fin", from: "server" }],
    "throttled",
  ),
  row(
    "RST of the client",
    TEN_MINUTES,
    [send("client", HELLO), { kind: "rst", from: "client" }],
    "throttled",
  ),
  row(
    "RST of the server",
    TEN_MINUTES,
    [send("client", HELLO), { kind: "rst", from: "server" }],
    "throttled",
  ),
  row(
    "RST before the hello",
    TEN_MINUTES,
    [{ kind: "rst", from: "client" }, send("client", HELLO)],
    "throttled",
  ),
];

/** Five minutes before the first fix. */
const BEFORE_FIX = Date.parse("2021-03-11T10:55:00+03:00");
const FIX = "11 Mar ~11:00 *t.co* fixed";

const lifting = [
  row(
    "a running flow to twitter.com outlives the fix",
    FIX,
    [send("client", HELLO), { kind: "idle", minutes: 8 }],
    "throttled",
    { startMs: BEFORE_FIX },
  ),
  row(
    "a running flow to reddit.com is freed by the fix",
    FIX,
    [send("client", hello("reddit.com")), { kind: "idle", minutes: 8 }],
    "free",
    { startMs: BEFORE_FIX },
  ),
  row(
    "a running flow to reddit.com is throttled until the fix",
    FIX,
    [send("client", hello("reddit.com")), { kind: "idle", minutes: 4 }],
    "throttled",
    { startMs: BEFORE_FIX },
  ),
];

const CAP = "ALL upload is shaped at ~130 kbit/s whatever the SNI; downloads are policed on Twitter SNI";
const UPLOAD_CAP = list(
  rule("twitter", { ...POLICE, directions: "down" }, { names: patterns(NAME), protocols: ["tls"] }),
  rule("upload", SHAPE_UPLOAD, { any: true }),
);

const uploadCap = [
  row("the upload cap without Twitter", CAP, [send("client", hello("example.org"))], "shaped-up", {
    rules: UPLOAD_CAP,
  }),
  row("the upload cap with Twitter", CAP, [send("client", HELLO)], "shaped-up-throttled-down", {
    rules: UPLOAD_CAP,
  }),
];

/** A hello whose TCP segment (20 bytes of header) has so many fragments of 16 bytes. */
function fragmented(count: number): Step {
  return { kind: "fragments", from: "client", bytes: helloOf(NAME, count * 16 - 20), fragmentBytes: 16 };
}

const AT_MOST_45 = "IP fragments are buffered and forwarded ..., at most 45 per packet";
const fragments = [4, 6].flatMap((ipVersion) => [
  row(`a hello in 45 fragments, IPv${ipVersion}`, AT_MOST_45, [fragmented(45)], "throttled", {
    ipVersion: ipVersion as 4 | 6,
  }),
  row(`a hello in 46 fragments, IPv${ipVersion}`, AT_MOST_45, [fragmented(46)], "swallowed", {
    ipVersion: ipVersion as 4 | 6,
  }),
]);

const SECOND_HAND = "TSPU later, second hand: unverified";
const LATER = "blocked.example";
const later = (
  name: string,
  action: Action,
  expected: Outcome,
  steps: readonly Step[] = [send("client", hello(LATER))],
  more: Partial<Behaviour> = {},
): Behaviour => row(name, SECOND_HAND, steps, expected, { rules: byName(action, LATER), ...more });

const request = emitHttpRequest({ host: LATER });
/** 650 bytes/s. */
const CRAWL: Action = {
  kind: "police",
  rateBps: 5200,
  burstBytes: 3000,
  scope: "flow",
  directions: "both",
};
const PAGE: Action = { kind: "page", status: 403, body: "<h1>blocked</h1>" };
const quic = emitQuicHello(emitClientHello({ name: "r1.googlevideo.com" }), {
  destinationId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
});
/** The key share before the name is longer than a datagram. */
const longQuic = emitQuicHello(emitClientHello({ name: "r1.googlevideo.com", postQuantum: "before-name" }), {
  destinationId: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1),
});
const udp = { transport: "udp" } as const;

const kinds = [
  later("SNI-I: the response is cut", { kind: "cut-response" }, "cut"),
  later("SNI-II: 5-8 more packets pass", { kind: "drop-after", packets: [5, 8] }, "blocked-after-trigger"),
  later("SNI-III: 650 bytes/s", CRAWL, "throttled"),
  later("SNI-IV: the hello too is dropped", { kind: "drop" }, "blocked"),
  later("reset of both ends", { kind: "reset" }, "reset"),
  later("reset of both ends, IPv6", { kind: "reset" }, "reset", undefined, { ipVersion: 6 }),
  later("an HTTP request is answered by a page", PAGE, "page", [send("client", request)], { serverPort: 80 }),
  later("a hello under a rule for a page is reset", PAGE, "reset"),
  later("a freeze after 14-34 kB", { kind: "freeze", bytes: [14_000, 34_000] }, "frozen"),
  later("a slow handshake", { kind: "delay-handshake", delayMs: [3000, 5000] }, "delayed"),
  later("an HTTP host", { kind: "drop" }, "blocked", [send("client", request)], { serverPort: 80 }),
  later("a rule that lets through", { kind: "pass" }, "free"),
  row("an address, dropped", SECOND_HAND, [], "blocked", {
    rules: byAddress({ kind: "drop" }, "192.0.2.0/24"),
  }),
  row("an address, dropped, opened from outside", SECOND_HAND, [], "blocked", {
    rules: byAddress({ kind: "drop" }, "192.0.2.0/24"),
    opener: "server",
  }),
  row("another address", SECOND_HAND, [], "free", { rules: byAddress({ kind: "drop" }, "198.51.100.0/24") }),
  row("an address, dropped, UDP", SECOND_HAND, [send("client", noise(50))], "blocked", {
    rules: byAddress({ kind: "drop" }, "192.0.2.0/24"),
    ...udp,
  }),
  row("a page for an address waits for the request", SECOND_HAND, [send("client", request)], "page", {
    rules: byAddress(PAGE, "192.0.2.0/24"),
    serverPort: 80,
  }),
  row("QUIC v1 to port 443 with 1200 bytes", SECOND_HAND, [send("client", ...quic)], "blocked", {
    rules: list(),
    config: { quicFingerprint: TSPU_QUIC_FINGERPRINT },
    ...udp,
  }),
  row(
    "QUIC v1 to port 443 with 1000 bytes",
    SECOND_HAND,
    [send("client", quic[0]!.subarray(0, 1000))],
    "free",
    {
      rules: list(),
      config: { quicFingerprint: TSPU_QUIC_FINGERPRINT },
      ...udp,
    },
  ),
  row("QUIC v1 to port 8443", SECOND_HAND, [send("client", ...quic)], "free", {
    rules: list(),
    config: { quicFingerprint: TSPU_QUIC_FINGERPRINT },
    serverPort: 8443,
    ...udp,
  }),
  row(
    "a name in a QUIC Initial",
    "SNI *.googlevideo.com over TLS and QUIC",
    [send("client", ...quic)],
    "throttled",
    {
      rules: byName(POLICE, "*.googlevideo.com"),
      ...udp,
    },
  ),
  row(
    "another name in a QUIC Initial",
    "SNI *.googlevideo.com over TLS and QUIC",
    [send("client", ...quic)],
    "free",
    {
      rules: byName(POLICE, "*.example"),
      ...udp,
    },
  ),
  row(
    "a name in the second Initial of a post-quantum hello",
    "(one datagram is not put together with another)",
    [send("client", ...longQuic)],
    "free",
    { rules: byName(POLICE, "*.googlevideo.com"), ...udp },
  ),
  row(
    "a name in the second Initial before a box that reassembles",
    "variant: reassembles",
    [send("client", ...longQuic)],
    "throttled",
    { rules: byName(POLICE, "*.googlevideo.com"), config: { reassembles: true }, ...udp },
  ),
  row(
    "a DNS question over TCP",
    "(names in DNS)",
    [send("client", emitDnsOverTcp(emitDnsMessage({ name: LATER })))],
    "blocked",
    { rules: byName({ kind: "drop" }, LATER), serverPort: 53 },
  ),
  row("a DNS question", "(names in DNS)", [send("client", emitDnsMessage({ name: LATER }))], "blocked", {
    rules: byName({ kind: "drop" }, LATER),
    serverPort: 53,
    ...udp,
  }),
];

const TAINT = "One throttled SNI made LATER no-SNI connections to the same address slow too";
const turkey = list(
  rule(
    "turkey",
    { kind: "delay-handshake", delayMs: [3000, 4000] },
    { names: patterns(NAME), taintMs: 60_000 },
  ),
);
const taints = [
  row("a later connection without a name", TAINT, [send("client", HELLO), { kind: "reconnect" }], "delayed", {
    rules: turkey,
  }),
  row(
    "a later connection to another address",
    TAINT,
    [send("client", HELLO), { kind: "reconnect", toOther: true }],
    "free",
    { rules: turkey },
  ),
  row(
    "a connection after the taint is over",
    TAINT,
    [send("client", HELLO), { kind: "idle", minutes: 2 }, { kind: "reconnect" }],
    "free",
    { rules: turkey },
  ),
];

export const BEHAVIOURS: Readonly<Record<string, readonly Behaviour[]>> = {
  "names by date": names,
  "fields that are parsed": fields,
  "who may trigger": origins,
  "segments and records": segments,
  "what comes first": firsts,
  state: states,
  "rules that run out": lifting,
  "all upload shaped": uploadCap,
  fragments,
  "kinds of box": kinds,
  "tainted addresses": taints,
};
