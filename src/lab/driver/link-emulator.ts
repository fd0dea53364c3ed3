/**
 * The program that makes delay, jitter and loss on the laboratory's links: one process for all of them. Packets wait in
 * the kernel until their verdict; only their first bytes come here. Should it die, packets pass without delay. Asked
 * anything, it tells how late it let packets go.
 */
import { setImmediate as yieldToEvents } from "node:timers/promises";
import { seededRandom } from "../../base/random.ts";
import { NetfilterQueue, NF_ACCEPT, NF_DROP } from "../../host/kernel/netfilter-queue.ts";
import { withinNetwork } from "../../host/kernel/network-namespace.ts";
import { PollSet } from "../../host/kernel/poll-set.ts";
import { packetClockUs } from "../clock/clocks.ts";
import { networkPath } from "../network/build-network.ts";
import type { LinkQueue } from "../network/firewall.ts";
import { childPart } from "../parts/child-part.ts";
import { goAhead } from "../parts/priority.ts";
import { DelayHistogram } from "./delay-histogram.ts";
import { DueQueue } from "./due-queue.ts";
import { LinkLine } from "./link-line.ts";

export interface LinkEmulatorSetup {
  readonly seed: number;
  readonly queues: readonly LinkQueue[];
}

const COPY_BYTES = 20;
/** Four seconds of 100 Mbit/s in full packets. */
const MAX_WAITING = 32_768;
/** How long the loop sleeps at most: so late does it hear of its end. */
const LONGEST_WAIT_US = 20_000;
const BATCHES_A_TURN = 4;
const WHOLE_BATCH = 64;

childPart<LinkEmulatorSetup>(async ({ seed, queues }, part) => {
  goAhead();
  const taken = queues.map(({ host, queue }) =>
    withinNetwork(
      networkPath(host),
      () =>
        new NetfilterQueue({ number: queue, copyBytes: COPY_BYTES, maxPackets: MAX_WAITING, failOpen: true }),
    ),
  );
  const lines = queues.map(({ quality }, index) => new LinkLine(quality, seededRandom(seed + index)));
  const lateness = new DelayHistogram();
  part.onRequest = () => lateness.summary();
  part.ready();
  const poll = new PollSet(taken.map(({ fd }) => fd));
  const waiting = new DueQueue();
  while (!part.stopped) {
    poll.wait(Math.min(LONGEST_WAIT_US, waiting.nextDueUs - packetClockUs()));
    taken.forEach((queue, index) => {
      if (!poll.isReadable(index)) return;
      const line = lines[index]!;
      for (let batch = 0; batch < BATCHES_A_TURN; batch++) {
        const nowUs = packetClockUs();
        const received = queue.receive(({ id }) => {
          const dueUs = line.dueUs(nowUs);
          if (dueUs === undefined) queue.verdict(id, NF_DROP);
          else waiting.add(dueUs, id, index);
        });
        if (received < WHOLE_BATCH) break;
      }
    });
    const nowUs = packetClockUs();
    while (waiting.nextDueUs <= nowUs) {
      lateness.add(nowUs - waiting.nextDueUs, 1);
      taken[waiting.nextTag]!.verdict(waiting.nextId, NF_ACCEPT);
      waiting.removeNext();
    }
    for (const queue of taken) queue.flush();
    await yieldToEvents();
  }
});
