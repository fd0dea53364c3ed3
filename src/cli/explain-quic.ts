/**
 * Whether a flow of datagrams that opens with a QUIC Initial under the target's name runs on where TLS is held to a rate: at a pace that
 * a held flow cannot keep, beside one under a neutral name. What comes back is told at once, at QUIC's own port; what does not is tried
 * once more, for a pause of the line looks the same. Bounds: `mostBytes`, two rounds of udp-flow.ts.
 */
import { runUdpFlow, udpFlowBytes } from "../probe/explain/udp-flow.ts";
import type { Place } from "../probe/pairs/arms.ts";
import { isUdpFree } from "../verdict/explain/agreement.ts";

const LEAST_BPS = 1_000_000;
const TIMES_HELD = 8;
/** The control server's echo gives 1,000 datagrams of 1,000 bytes a second and client. */
const MOST_BPS = 6_000_000;
const ROUNDS = 2;
/** Target's name and neutral one. */
const FLOWS = 2;
/** RFC 9114, section 3.1: HTTP/3 without another word. Filters may look there only (Xue et al., IMC 2022). */
const QUIC_PORT = 443;

export interface QuicTrial {
  readonly server: Place & { readonly udpPort: number };
  readonly name: string;
  readonly neutralName: string;
  /** What flows under the target's name are held to over TLS. */
  readonly heldBps: number;
  readonly mostBytes: number;
}

export interface QuicTold {
  /** Absent: not told, and `evidence` says why. */
  readonly isFree?: boolean;
  readonly bytes: number;
  readonly evidence: readonly string[];
}

export async function tryQuic(
  { server, name, neutralName, heldBps, mostBytes }: QuicTrial,
  runFlow = runUdpFlow,
): Promise<QuicTold> {
  const paceBps = Math.max(LEAST_BPS, TIMES_HELD * heldBps);
  const evidence: string[] = [];
  let bytes = 0;
  const untold = (why: string): QuicTold => ({ bytes, evidence: [...evidence, `quic: ${why}`] });
  if (paceBps > MOST_BPS)
    return untold("not tried, the control server echoes no more than what is held here anyway");
  for (let round = 1; ; round++) {
    if (mostBytes - bytes < FLOWS * udpFlowBytes(paceBps))
      return untold("not told, too little of the budget of bytes or time is left");
    const neutral = await runFlow(server, neutralName, neutralName, paceBps);
    bytes += neutral?.bytes ?? 0;
    const target = neutral && (await runFlow(server, name, neutralName, paceBps));
    bytes += target?.bytes ?? 0;
    if (!neutral || !target) return untold("the control server gives no token for its UDP echo");
    evidence.push(
      `quic: ${target.returned} of ${target.sent} datagrams came back after an Initial under the target's name, ` +
        `${neutral.returned} of ${neutral.sent} under ${neutralName}`,
    );
    const isFree = isUdpFree(target, neutral);
    if (isFree && server.udpPort !== QUIC_PORT)
      return untold(
        `not told, the server's UDP port is ${server.udpPort}, and filters may look at ${QUIC_PORT} only`,
      );
    // Free in one of two: not told.
    if (isFree !== false)
      return round > 1 || isFree === undefined ? { bytes, evidence } : { isFree, bytes, evidence };
    if (round === ROUNDS) return { isFree, bytes, evidence };
  }
}
