/**
 * Observations as flows under known conditions would give them, drawn from simple models that share nothing with the judge:
 * how many bytes had moved when. Times in µs, rates of payload.
 */
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { Comparison, Observation, TransferDirection } from "../../src/observation/observation.ts";

export interface FlowModel {
  readonly kind: "free" | "policed" | "shaped" | "lossy" | "frozen" | "reset" | "silent" | "unreached";
  readonly rateBps: number;
  readonly burstBytes?: number;
  /** Payload that is asked for; absent: 300 kB. */
  readonly wantedBytes?: number;
  /** A handshake that is held back. */
  readonly delayUs?: number;
  /** The delay is the server's own: its system acknowledged the hello at once. */
  readonly isServerSlow?: boolean;
}

export interface FlowPlace {
  readonly comparison: Comparison;
  readonly direction?: TransferDirection;
  readonly role: "target" | "control";
  readonly pair: number;
}

const RTT_US = 60_000;
const WANTED_BYTES = 300_000;
const SEGMENT = 1448;
const LONGEST_US = 14_000_000;
const HANDSHAKE_BYTES = 3500;

export function drawFlow(model: FlowModel, place: FlowPlace, random: Random): Observation {
  const handshakeUs = RTT_US * (2 + 0.3 * random.next()) + (model.delayUs ?? 0);
  const common = {
    measurementId: "drawn",
    origin: "simulated" as const,
    rttUs: RTT_US,
    ...place,
    direction: place.direction ?? "down",
    // Both arms of a pair begin together, the pairs one after the other.
    time: new Date(1_000_000_000_000 + place.pair * 1000).toISOString(),
  };
  if (model.kind === "unreached") {
    return {
      ...common,
      bytes: 0,
      durationUs: 8e6,
      samples: [],
      operation: "connect",
      failure: "generic_timeout_error",
    };
  }
  const heldUs = model.isServerSlow ? 0 : (model.delayUs ?? 0);
  const connected = { ...common, connectUs: RTT_US, unacknowledgedUs: RTT_US + heldUs };
  if (model.kind === "reset") {
    return {
      ...connected,
      bytes: 0,
      durationUs: 2 * RTT_US,
      samples: [],
      operation: "tls_handshake",
      failure: "connection_reset",
    };
  }
  if (model.kind === "silent") {
    const samples = [
      { elapsedUs: RTT_US, bytes: 0 },
      { elapsedUs: LONGEST_US, bytes: 0 },
    ];
    return {
      ...connected,
      bytes: 0,
      durationUs: LONGEST_US,
      samples,
      operation: "tls_handshake",
      failure: "generic_timeout_error",
    };
  }
  const startUs = RTT_US + handshakeUs;
  const samples = curve(model, startUs + RTT_US, random);
  const last = samples.at(-1)!;
  const isWhole = last.bytes >= (model.wantedBytes ?? WANTED_BYTES);
  const durationUs = model.kind === "frozen" ? last.elapsedUs + 10_100_000 : last.elapsedUs;
  return {
    ...connected,
    ...{ handshakeUs, requestUs: startUs, samples, bytes: last.bytes, durationUs, statusCode: 200 },
    goodputBps: ((last.bytes - HANDSHAKE_BYTES) * 8e6) / Math.max(1, durationUs - startUs),
    ...(isWhole || model.kind !== "lossy"
      ? {}
      : { operation: "read" as const, failure: "generic_timeout_error" }),
    outOfOrder: model.kind === "policed" ? Math.round((0.25 * last.bytes) / SEGMENT) : 0,
    retransmits: 0,
  };
}

function curve(model: FlowModel, fromUs: number, random: Random): { elapsedUs: number; bytes: number }[] {
  const samples = [{ elapsedUs: fromUs - RTT_US, bytes: HANDSHAKE_BYTES }];
  let bytes = HANDSHAKE_BYTES;
  let us = fromUs;
  const push = (more: number, afterUs: number): void => {
    us += afterUs;
    bytes += more;
    samples.push({ elapsedUs: Math.round(us), bytes });
  };
  const { rateBps, burstBytes = 16_000, wantedBytes = WANTED_BYTES } = model;
  const usOf = (size: number): number => (size * 8e6) / rateBps;
  const goes = (): boolean => bytes < wantedBytes && us < LONGEST_US;
  if (model.kind === "free") {
    // Slow start, then the line, with the ups and downs of a line that others use.
    for (let window = 10; goes(); window = Math.min(200, window * 2)) {
      const size = window * SEGMENT;
      push(size, Math.max(RTT_US, usOf(size)) * (0.8 + 0.5 * random.next()));
    }
  } else if (model.kind === "frozen") {
    for (; bytes < burstBytes; ) push(SEGMENT, 2000);
  } else {
    for (; bytes < burstBytes && goes(); ) push(4 * SEGMENT, 20_000);
    const beganUs = us;
    const beganBytes = bytes;
    while (goes() && us - beganUs < 4_600_000) {
      if (model.kind === "shaped") push(SEGMENT, usOf(SEGMENT) * (0.95 + 0.1 * random.next()));
      else if (model.kind === "policed") {
        // What the bucket saved during a stall passes at once, then the sender waits for its next time-out.
        const waitUs = 250_000 + 300_000 * random.next();
        const dueUs = us - beganUs + waitUs;
        const allowed = Math.floor((dueUs * rateBps) / 8e6) - (bytes - beganBytes);
        push(Math.max(0, Math.floor(allowed / SEGMENT)) * SEGMENT, waitUs);
      } else push(SEGMENT * random.integer(1, 20), RTT_US * random.exponential(1));
    }
  }
  return samples;
}

/** So many pairs of one comparison. */
export function drawPairs(
  count: number,
  models: { readonly target: FlowModel; readonly control: FlowModel },
  place: Omit<FlowPlace, "role" | "pair">,
  seed: number,
): Observation[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, pair) =>
    (["target", "control"] as const).map((role) => drawFlow(models[role], { ...place, role, pair }, random)),
  ).flat();
}
