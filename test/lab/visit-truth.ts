/**
 * Holds what a plain client saw against what was true: a sentence for each contradiction.
 */
import type { Truth } from "../../src/observation/truth.ts";

export interface SeenVisit {
  readonly client: string;
  readonly name: string;
  readonly time: string;
  readonly direction?: "down" | "up";
  readonly failure?: string;
  readonly operation?: string;
  readonly statusCode?: number;
  readonly bytes: number;
  readonly transferUs?: number;
  readonly steps: readonly { readonly operation: string; readonly durationUs: number }[];
  readonly truth: Truth;
}

/** Of one transfer, with its start and its pauses; rates.test.ts has the narrow bounds. */
const RATE_BOUNDS = [0.8, 1.12] as const;
/** What is not slowed is at least so much faster than what is. */
const FASTER = 3;

export function contradiction(visit: SeenVisit): string | undefined {
  const { truth, failure } = visit;
  const kbps = visit.transferUs ? (visit.bytes * 8e3) / visit.transferUs : 0;
  const say = (what: string): string =>
    `${visit.time} ${visit.client} ${visit.direction === "up" ? "to" : "from"} ${visit.name}: ${what}; ` +
    `saw ${kbps.toFixed(0)} kbit/s, ${failure ?? visit.statusCode}; truth ${JSON.stringify(truth)}`;
  const isOtherWay =
    truth.directions !== undefined && truth.directions !== "both" && truth.directions !== visit.direction;
  if (truth.partial) return undefined;
  if (truth.state === "blocked" || truth.state === "down") {
    // A small object may pass before a freeze.
    if (truth.slowness === "frozen")
      return failure || visit.bytes < 34_000 ? undefined : say("was not frozen");
    const isRefused = failure !== undefined || (visit.statusCode ?? 200) >= 400;
    return isRefused ? undefined : say("worked");
  }
  if (truth.slowness === "congested") return undefined;
  if (failure !== undefined) return say("failed");
  if (truth.slowness === "delayed") {
    const handshake = visit.steps.find(({ operation }) => operation === "tls_handshake");
    return (handshake?.durationUs ?? 0) > 1e6 ? undefined : say("shook hands at once");
  }
  if (truth.rateBps !== undefined && !isOtherWay && visit.bytes > 100_000) {
    // Without headers, and with the bucket that passes in the beginning.
    const payloadKbps = (truth.rateBps / 1000) * (1448 / 1500);
    const burst = ((truth.burstBytes ?? 0) * 8e3) / (visit.transferUs ?? 1);
    const [low, high] = RATE_BOUNDS;
    return kbps > low * payloadKbps && kbps < high * payloadKbps + burst
      ? undefined
      : say("has another rate");
  }
  return undefined;
}

/** Of sites that nothing slows, the slowest must be well above the slowed ones of the same client and time. */
export function notFaster(visits: readonly SeenVisit[]): string[] {
  return visits.flatMap((visit) => {
    if (
      visit.truth.state !== "ok" ||
      visit.truth.slowness !== undefined ||
      !visit.transferUs ||
      visit.failure
    )
      return [];
    const kbps = (visit.bytes * 8e3) / visit.transferUs;
    const slowed = visits.filter(
      (other) =>
        other.client === visit.client &&
        other.time === visit.time &&
        other.truth.state === "throttled" &&
        other.transferUs,
    );
    return slowed.flatMap((other) => {
      const slow = (other.bytes * 8e3) / other.transferUs!;
      return other.direction === visit.direction && kbps < FASTER * slow && visit.bytes > 100_000
        ? [
            `${visit.client} ${visit.name}: ${kbps.toFixed(0)} kbit/s is not faster than ${other.name}'s ${slow.toFixed(0)}`,
          ]
        : [];
    });
  });
}
