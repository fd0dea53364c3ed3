/**
 * A scenario's box or blocker as the middlebox's configuration.
 */
import type { MiddleboxConfig } from "../middlebox/config.ts";
import { PAPER_WINDOW, REPORT_WINDOW, TSPU_QUIC_FINGERPRINT } from "../middlebox/config.ts";
import type { AccessNetwork } from "../scenario/scenario.ts";

export function boxConfig(network: AccessNetwork, role: "box" | "blocker"): Partial<MiddleboxConfig> {
  const { box } = network;
  // Operators' own blockers put segments together, as commercial ones do.
  if (role === "blocker" || !box) return { reassembles: true };
  return {
    idleMs: box.idleMs,
    reassembles: box.reassembles,
    window: box.variant === "report" ? REPORT_WINDOW : PAPER_WINDOW,
    remoteSynUnblocks: box.variant === "2022",
    ...(box.variant === "2022" ? { quicFingerprint: TSPU_QUIC_FINGERPRINT } : {}),
  };
}
