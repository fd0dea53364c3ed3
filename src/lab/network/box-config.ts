/**
 * A scenario's box or blocker as the middlebox's configuration.
 */
import type { MiddleboxConfig } from "../middlebox/config.ts";
import { DEFAULT_CONFIG, PAPER_WINDOW, REPORT_WINDOW, TSPU_QUIC_FINGERPRINT } from "../middlebox/config.ts";
import type { BoxPlace } from "../scenario/scenario.ts";

/**
 * Packets are sent in real time whatever the speed of the scenario clock: a slowed flow pauses for a retransmission time-out
 * now and then, doubled a few times (RFC 6298), and must not be forgotten for it.
 */
const LEAST_IDLE_MS = 10_000;

/** `speed`: of the scenario clock. */
export function boxConfig(box: BoxPlace, speed: number): Partial<MiddleboxConfig> {
  return {
    idleMs: leastIdle(box.idleMs, speed),
    reassembles: box.reassembles,
    window: box.variant === "report" ? REPORT_WINDOW : PAPER_WINDOW,
    remoteSynUnblocks: box.variant === "2022",
    ...(box.variant === "2022" ? { quicFingerprint: TSPU_QUIC_FINGERPRINT } : {}),
  };
}

/** Operators' own blockers put segments together, as commercial ones do. */
export function blockerConfig(speed: number): Partial<MiddleboxConfig> {
  return { reassembles: true, idleMs: leastIdle(DEFAULT_CONFIG.idleMs, speed) };
}

function leastIdle(idleMs: number, speed: number): number {
  return Math.max(idleMs, LEAST_IDLE_MS * speed);
}
