/**
 * Judges the last request of a measurement: a failure against the control's success, or a page against the control's.
 * A page that came over verified HTTPS from the site itself is the site's; one over HTTP may be anybody's.
 * A time-out after the response had begun is evidence of throttling, of a freeze where nothing more arrived.
 */
import { failureKind, isDnsFailure } from "../observation/failure.ts";
import type { OoniReading, OoniRequest } from "../observation/ooni-reading.ts";
import { type ControlView, dnsMechanismOf, type Finding, insufficient, mechanismOf } from "./finding.ts";
import { type Hop, isRedirect } from "./ooni-hops.ts";
import { matchPages } from "./page-match.ts";
import { AS_SLOW_TIMES, type Progress, progressKind, progressOf } from "./reach-progress.ts";

/** What a server may send before the first acknowledgement: 10 segments of 1,460 bytes (RFC 6928). */
export const INITIAL_WINDOW_BYTES = 14_600;
/** A transfer that is faster did not fail for slowness. */
export const SLOW_BPS = 1_000_000;
/** A page so slow is not called ok on its own: twice the fastest rate that Twitter was held to in 2021. */
export const DOUBTFUL_BPS = 300_000;
export const DOUBTFUL_SECONDS = 5;
const DOUBTFUL_BYTES = 30_000;

export function judgeRequest(reading: OoniReading, hops: readonly Hop[], control: ControlView): Finding {
  const hop = hops.at(-1)!;
  const request = hop.request;
  if (!request) return insufficient(`nothing was fetched from ${hop.host}`);
  if (request.failure !== undefined) return judgeFailure(reading, hop, request, control);
  return judgePage(reading, hops, request, control);
}

function judgeFailure(reading: OoniReading, hop: Hop, request: OoniRequest, control: ControlView): Finding {
  const kind = failureKind(request.failure!);
  const said = `request to ${hop.host}: ${request.failure}`;
  if (control.reachedPage === undefined) return insufficient(said, "no control to compare with");
  if (!control.reachedPage) {
    const controlKind = failureKind(control.httpFailure ?? "");
    if (controlKind !== kind || kind === "http" || kind === "local" || kind === "unknown") {
      return insufficient(said, `the control failed too: ${control.httpFailure ?? "no response"}`);
    }
    return {
      state: "down",
      mechanisms: [],
      confidence: "medium",
      evidence: [said, `the control's request failed in the same way: ${control.httpFailure}`],
      ruledOut: [{ explanation: "blocked in this network", because: "the control fails in the same way" }],
    };
  }
  const because = "the control fetched the page at the same time";
  const ruledOut = [{ explanation: "the site was down", because }];
  if (kind === "http" || kind === "local" || kind === "unknown" || kind === "certificate-unclear") {
    return insufficient(said, because, "the failure does not say what happened on the way");
  }
  if (kind === "timeout" && request.status !== undefined)
    return judgeStall(reading, hop, request, said, ruledOut);
  if (kind === "timeout") {
    const progress = progressOf(reading.events, request);
    const slow = progress && judgeProgress(reading, request, progress, [said, because], ruledOut);
    if (slow) return slow;
  }
  // Without a record of the handshake, a reset or an end over TLS belongs to TLS and a time-out to no layer.
  const handshaken = reading.handshakes.some(
    ({ failure, serverName }) => failure === undefined && serverName === hop.host,
  );
  const unseenTls = hop.scheme === "https" && !handshaken && request.status === undefined;
  const connected = reading.connects.some(({ failure, port }) => failure === undefined && port === hop.port);
  const mechanism = isDnsFailure(kind)
    ? dnsMechanismOf(kind)
    : kind === "certificate" || kind === "handshake"
      ? mechanismOf("tls", kind)
      : kind === "refused" || kind === "unreachable"
        ? mechanismOf("tcp", kind)
        : unseenTls
          ? kind === "timeout" && !connected
            ? "http"
            : "tls"
          : mechanismOf("http", kind);
  return {
    state: "blocked",
    mechanisms: [mechanism],
    confidence: unseenTls ? "low" : "medium",
    evidence: [said, because],
    ruledOut,
  };
}

/** The response had begun, then the request timed out. */
function judgeStall(
  reading: OoniReading,
  hop: Hop,
  request: OoniRequest,
  said: string,
  ruledOut: Finding["ruledOut"],
): Finding {
  const evidence = [said, `the response had begun with status ${request.status}`];
  const progress = progressOf(reading.events, request);
  if (progress) {
    const slow = judgeProgress(reading, request, progress, evidence, ruledOut);
    if (slow) return slow;
    return insufficient(...evidence, `${progress.bytes} bytes arrived, too few steps to show how`);
  }
  const wanted = reading.control?.http?.bodyBytes;
  if (wanted === undefined || wanted <= INITIAL_WINDOW_BYTES) {
    return insufficient(
      ...evidence,
      `the page of ${wanted ?? "unknown"} bytes on ${hop.host} did not arrive; throttled, frozen or dropped cannot be told`,
    );
  }
  return {
    state: "throttled",
    slowness: "undecided",
    mechanisms: ["http.throttle"],
    confidence: "low",
    evidence: [
      ...evidence,
      `of ${wanted} bytes that the control got, not all arrived before the time-out`,
      "no samples over time tell a slow transfer from one that froze",
    ],
    ruledOut: [
      ...ruledOut,
      {
        explanation: "blocked: the request or its answer dropped",
        because: "the answer had begun to arrive",
      },
    ],
  };
}

/** Undefined where too little arrived to say. */
function judgeProgress(
  reading: OoniReading,
  request: OoniRequest,
  progress: Progress,
  evidence: readonly string[],
  ruledOut: Finding["ruledOut"],
): Finding | undefined {
  const { bytes, arrivals, rateBps, firstSeconds, lastSeconds } = progress;
  const kind = progressKind(progress, firstSeconds, request.endSeconds);
  const story = `${bytes} bytes arrived in ${arrivals.length} steps over ${(lastSeconds - firstSeconds).toFixed(1)} s`;
  if (kind === "stalled") {
    return {
      ...insufficient(
        ...evidence,
        `${story}, then none: a freeze is shown only when it repeats at the same place`,
      ),
      slowness: "frozen",
    };
  }
  if (kind !== "steady") return undefined;
  if (rateBps >= SLOW_BPS) return insufficient(...evidence, `${story}: not slow, yet it timed out`);
  const other = othersRate(reading, request);
  if (other !== undefined && other < rateBps * AS_SLOW_TIMES) {
    return insufficient(
      ...evidence,
      story,
      "another transfer of the measurement was as slow: slow for everything",
    );
  }
  return {
    state: "throttled",
    slowness: "undecided",
    mechanisms: ["http.throttle"],
    rateBps,
    confidence: other === undefined ? "low" : "medium",
    evidence: [...evidence, `${story}, until the time-out`],
    ruledOut: [
      ...ruledOut,
      { explanation: "blocked or frozen", because: "bytes kept arriving until the time-out" },
      ...(other === undefined
        ? []
        : [
            {
              explanation: "slow for everything",
              because: "another transfer of the measurement was far faster",
            },
          ]),
    ],
  };
}

/** The fastest other transfer of some size to another address, in bit/s. */
function othersRate(reading: OoniReading, request: OoniRequest): number | undefined {
  const rates = reading.requests
    .filter((other) => other !== request && other.ip !== undefined && other.ip !== request.ip)
    .flatMap((other) => progressOf(reading.events, other) ?? [])
    .filter(({ bytes, rateBps }) => bytes >= DOUBTFUL_BYTES && rateBps > 0)
    .map(({ rateBps }) => rateBps);
  return rates.length === 0 ? undefined : Math.max(...rates);
}

function judgePage(
  reading: OoniReading,
  hops: readonly Hop[],
  request: OoniRequest,
  control: ControlView,
): Finding {
  const hop = hops.at(-1)!;
  const said = `${hop.url.protocol}//${hop.host} answered with status ${request.status ?? "unknown"}`;
  if (isRedirect(request)) return insufficient(said, "a redirect that was not followed");
  const doubtful = doubtfulSpeed(reading, request);
  if (doubtful) return insufficient(said, doubtful);
  const httpControl = reading.control?.http;
  const match = control.reachedPage && httpControl ? matchPages(request, httpControl) : undefined;
  const ownPage = isSitesOwn(reading, hops);
  if (match?.result === "same") {
    return {
      state: "ok",
      mechanisms: [],
      confidence: ownPage ? "high" : "medium",
      evidence: [said, ...match.evidence],
      ruledOut: [{ explanation: "a page put in its place", because: "it agrees with the control's" }],
    };
  }
  if (ownPage) {
    return {
      state: "ok",
      mechanisms: [],
      confidence: "medium",
      evidence: [said, ...(match?.evidence ?? [])],
      ruledOut: [
        {
          explanation: "a page put in its place",
          because: "it came over TLS with a certificate valid for the site",
        },
      ],
    };
  }
  if (match?.result === "different") {
    return {
      state: "blocked",
      mechanisms: ["http.diff"],
      confidence: "low",
      evidence: [said, ...match.evidence],
      ruledOut: [
        { explanation: "the site was down", because: "the control fetched a page at the same time" },
      ],
    };
  }
  return insufficient(
    said,
    ...(match?.evidence ?? []),
    match
      ? "not alike enough, nor different enough, to say whose page it is"
      : "no control's page to compare with",
  );
}

/** HTTPS from the first hop on, or from a hop on the same site; the certificate was checked. */
function isSitesOwn(reading: OoniReading, hops: readonly Hop[]): boolean {
  const last = hops.at(-1)!;
  if (last.scheme !== "https") return false;
  if (reading.handshakes.some(({ serverName, verified }) => serverName === last.host && !verified))
    return false;
  const related = (a: string, b: string): boolean => a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
  return hops.every((hop, i) => hop.scheme === "https" || related(hops[0]!.host, (hops[i + 1] ?? hop).host));
}

function doubtfulSpeed(reading: OoniReading, request: OoniRequest): string | undefined {
  const progress = progressOf(reading.events, request);
  if (!progress || progress.bytes < DOUBTFUL_BYTES) return undefined;
  const seconds = progress.lastSeconds - progress.firstSeconds;
  if (seconds < DOUBTFUL_SECONDS || progress.rateBps >= DOUBTFUL_BPS) return undefined;
  return `${progress.bytes} bytes took ${seconds.toFixed(1)} s: slow, and no other speed to compare with`;
}
