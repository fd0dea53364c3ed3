/**
 * Was a late handshake's hello held on the way? A server's system acknowledges what reaches it, however long the server thinks:
 * a hello that nobody acknowledges did not get there. What a slow server behind one of two names looks like, it is not.
 */
import { counted } from "../../base/units.ts";
import type { Compared } from "./compare-flows.ts";
import type { Flow } from "./flow.ts";
import { LEAST_ALIKE } from "./thresholds.ts";

/** Of a handshake: a box that holds the hello holds it for nearly all of that. */
const HELD_SHARE = 0.5;
/** An acknowledgement may be put off for less (RFC 1122, 4.2.3.2). */
const LONGEST_ACK_DELAY_US = 500_000;

function isHelloHeld({ handshakeUs, observation: { unacknowledgedUs } }: Flow): boolean {
  if (handshakeUs === undefined || unacknowledgedUs === undefined) return false;
  return unacknowledgedUs > LONGEST_ACK_DELAY_US && unacknowledgedUs >= HELD_SHARE * handshakeUs;
}

/** Of most of the target's flows, LEAST_ALIKE at least, the way held the hello. */
export function areHelloesHeld({ targets }: Compared): boolean {
  const held = targets.filter(isHelloHeld).length;
  return held >= LEAST_ALIKE && held * 2 > targets.length;
}

export function describeHeldHelloes({ targets }: Compared): string {
  const held = targets.filter(isHelloHeld).length;
  return (
    `nobody acknowledged the hello for more than half of the handshake in ${held} of ${counted(targets.length, "flow")}: it was held ` +
    "on the way, and no server was slow to answer it"
  );
}
