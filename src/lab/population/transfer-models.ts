/**
 * How long a transfer takes, from the request to the last byte, in µs. One function for each way to be slowed; their
 * parameters are calibration.ts'. `bytes` are the object's; rates count IP bytes.
 */
import type { Random } from "../../base/random.ts";
import type { Calibration } from "./calibration.ts";

export interface Path {
  rttUs: number;
  /** Of the slowest link. */
  rateBps: number;
  /** Share of data packets lost, 0 to 1. */
  loss: number;
}

/** Rounds of a lossy transfer that are played one by one; the rest goes at the rate of Mathis' formula. */
const MOST_ROUNDS = 2000;
/** A segment that is lost again and again ends the wait: the caller's time-out comes earlier anyway. */
const LONGEST_WAIT_US = 120e6;

export function spread(random: Random, logDeviation: number): number {
  return logDeviation === 0 ? 1 : Math.exp(logDeviation * random.normal());
}

/** Slow start until the window covers the path, then the link's rate. */
export function openUs(path: Path, bytes: number, random: Random, table: Calibration): number {
  const { segmentBytes } = table;
  const perSegmentUs = (table.packetBytes * 8e6) / (path.rateBps * table.linkShare);
  let left = Math.ceil((bytes + table.overheadBytes) / segmentBytes);
  let window = table.initialWindowSegments;
  let us = path.rttUs + table.serverUs;
  while (window * perSegmentUs < path.rttUs && left > window) {
    left -= window;
    window *= 2;
    us += path.rttUs;
  }
  return (us + left * perSegmentUs) * spread(random, table.openSpread);
}

/**
 * A bucket that drops: what it holds passes at the link's rate, the rest at the bucket's. `usedBytes` of it went into
 * the handshake.
 */
export function policedUs(
  path: Path,
  bytes: number,
  rateBps: number,
  burstBytes: number,
  random: Random,
  table: Calibration,
): number {
  const ipBytes = ((bytes + table.overheadBytes) * table.packetBytes) / table.segmentBytes;
  const rest = ipBytes - burstBytes;
  const open = openUs(path, bytes, random, table);
  if (rest <= 0) return open;
  const policed = (rest * 8e6) / (rateBps * table.policedShare * spread(random, table.policedSpread));
  return Math.max(open, path.rttUs + table.serverUs + policed);
}

/** A bucket that delays: what it holds passes at once, the rest at its rate, evenly. */
export function shapedUs(
  path: Path,
  bytes: number,
  rateBps: number,
  burstBytes: number,
  random: Random,
  table: Calibration,
): number {
  const ipBytes = ((bytes + table.overheadBytes) * table.packetBytes) / table.segmentBytes;
  const rest = Math.max(0, ipBytes - burstBytes);
  const shaped = (rest * 8e6) / (rateBps * table.shapedShare * spread(random, table.shapedSpread));
  return Math.max(openUs(path, bytes, random, table), path.rttUs + table.serverUs + shaped);
}

/**
 * Random loss, round by round: the window doubles, then grows so much a round trip that what a loss leaves of it
 * (`windowKept`) makes it as fast as Reno (RFC 9438, section 4.3); in the long run that is MSS / RTT * sqrt(3 / 2 p) (Mathis et al., "The Macroscopic Behavior of the TCP Congestion
 * Avoidance Algorithm", CCR 27, 1997). A lost retransmission waits longer each time.
 */
export function lossyUs(path: Path, bytes: number, random: Random, table: Calibration): number {
  if (path.loss <= 0) return openUs(path, bytes, random, table);
  const { rttUs, loss } = path;
  const perSegmentUs = (table.packetBytes * 8e6) / (path.rateBps * table.linkShare);
  const logPass = Math.log1p(-Math.min(loss, 0.999));
  // What the path and the queue before its slowest link hold: a larger window does nothing.
  const mostUseful = Math.max(table.initialWindowSegments, (rttUs + table.queueUs) / perSegmentUs);
  const growthARound = (3 * (1 - table.windowKept)) / (1 + table.windowKept);
  let left = Math.ceil((bytes + table.overheadBytes) / table.segmentBytes);
  let window = table.initialWindowSegments;
  let threshold = Number.POSITIVE_INFINITY;
  let us = rttUs + table.serverUs;
  /** Of the round in which a loss is repaired: what acknowledgements still let out. */
  let repair = 0;
  for (let round = 0; left > 0; round++) {
    if (round === MOST_ROUNDS) {
      const mathisUs = rttUs / Math.sqrt(1.5 / loss);
      return us + left * Math.max(mathisUs, perSegmentUs);
    }
    const sent = Math.min(Math.max(1, Math.floor(repair > 0 ? repair : window)), left);
    // How many pass before the first loss: geometric.
    const before = Math.floor(Math.log(1 - random.next()) / logPass);
    const sendUs = sent * perSegmentUs;
    if (before >= sent) {
      left -= sent;
      us += left > 0 ? Math.max(rttUs, sendUs) : sendUs;
      if (repair === 0)
        window = Math.min(mostUseful, window < threshold ? window * 2 : window + growthARound);
      repair = 0;
      continue;
    }
    // The lost ones are sent again beside new ones, in the next round.
    left -= sent - 1;
    us += Math.max(rttUs, sendUs);
    // Slow start goes on until the loss is noticed.
    const growth = repair === 0 && window < threshold ? before : 0;
    threshold = Math.max(2, Math.min(window + growth, mostUseful) * table.windowKept);
    window = threshold;
    repair = before + growth + (sent - before) * table.windowKept;
    if (left <= 1) {
      us += rttUs;
      left = 0;
    }
    for (
      let waitUs = table.timeoutUs + rttUs;
      random.next() < loss && waitUs < LONGEST_WAIT_US;
      waitUs *= 2
    ) {
      us += waitUs;
      window = 1;
      repair = 0;
    }
  }
  return us * spread(random, table.openSpread);
}
