/**
 * A scenario's box or blocker as the middlebox's configuration.
 */
import type { MiddleboxConfig } from "../middlebox/config.ts";
import { PAPER_WINDOW, REPORT_WINDOW, TSPU_QUIC_FINGERPRINT } from "../middlebox/config.ts";
import type { BoxPlace } from "../scenario/scenario.ts";

/** Operators' own blockers put segments together, as commercial ones do. */
export const BLOCKER_CONFIG: Partial<MiddleboxConfig> = { reassembles: true };

export function boxConfig(box: BoxPlace): Partial<MiddleboxConfig> {
  return {
    idleMs: box.idleMs,
    reassembles: box.reassembles,
    window: box.variant === "report" ? REPORT_WINDOW : PAPER_WINDOW,
    remoteSynUnblocks: box.variant === "2022",
    ...(box.variant === "2022" ? { quicFingerprint: TSPU_QUIC_FINGERPRINT } : {}),
  };
}
