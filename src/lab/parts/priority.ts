/**
 * Drivers go ahead of the laboratory's clients and servers: a box or a link that waits for the processor is none.
 * Where it is not allowed (ordinary users) they wait like all others.
 */
import { setPriority } from "node:os";

const AHEAD = -15;

/** Of the calling thread, which is the one that drives. */
export function goAhead(): void {
  try {
    setPriority(AHEAD);
  } catch {
    // Not allowed: see above.
  }
}
