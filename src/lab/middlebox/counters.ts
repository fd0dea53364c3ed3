/** What a middlebox has done since it was made. Sizes are bytes of IP packets; nothing here ever decreases. */
import type { ActionKind } from "../../rules/action.ts";

export class Counters {
  packets = 0;
  bytes = 0;
  forwardedPackets = 0;
  droppedPackets = 0;
  droppedBytes = 0;
  heldPackets = 0;
  /** Packets that the box made itself (RSTs, pages), and those that it rewrote. */
  injectedPackets = 0;
  replacedPackets = 0;

  flows = 0;
  /** Flows of which the box stopped looking for a name without finding one that a rule wants. */
  givenUpFlows = 0;
  idleFlows = 0;
  /** Flows that were forgotten for want of room; of them, those that a rule was acting on or that were looked at. */
  evictedFlows = 0;
  evictedBusyFlows = 0;
  /** Flows that were let go because their rule was lifted or had run out, or because of a remote SYN. */
  freedFlows = 0;
  /** Flows on which a rule began to act; a flow can be counted under several. */
  readonly flowsByAction: Record<ActionKind, number> = {
    police: 0,
    shape: 0,
    drop: 0,
    "drop-after": 0,
    reset: 0,
    "cut-response": 0,
    page: 0,
    freeze: 0,
    "delay-handshake": 0,
    pass: 0,
  };
  taintedFlows = 0;

  /** Dropped by token buckets and by shapers whose queue was full; in droppedPackets and droppedBytes too. */
  limitedPackets = 0;
  limitedBytes = 0;

  /** No IP header, or a transport header cut short: forwarded undecided. */
  malformedPackets = 0;

  fragments = 0;
  completedDatagrams = 0;
  /** Fragments of datagrams with too many pieces or overlapping ones. */
  refusedFragments = 0;
  /** Fragments that were dropped because their datagram was late or had to make room. */
  expiredFragments = 0;

  /** Streams under assembly that had to make room. */
  evictedStreams = 0;
}
