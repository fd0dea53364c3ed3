/**
 * The program that drives all boxes of a laboratory: one process, one loop. Should it die, the firewall lets packets
 * pass (--queue-bypass) until the laboratory has started it again; what its boxes remembered is lost, as with a real one.
 */
import { setImmediate as yieldToEvents } from "node:timers/promises";
import { seededRandom } from "../../base/random.ts";
import { PollSet } from "../../host/kernel/poll-set.ts";
import { packetClockUs, scenarioTimeMs } from "../clock/clocks.ts";
import { childPart } from "../parts/child-part.ts";
import { goAhead } from "../parts/priority.ts";
import { BoxGroup } from "./box-group.ts";
import type { BoxDriverSetup, BoxRequest } from "./box-messages.ts";

/** How long the loop sleeps at most: so late does it hear of orders. */
const LONGEST_WAIT_US = 20_000;
/** It hears of them as late when it is busy. */
const YIELD_EVERY_US = 2_000;
/**
 * Packets that come faster than this are let gather for a moment: a turn costs several times as much as a packet, and
 * a driver that is woken by each of a flood does not keep up with it. Up to that rate none waits.
 */
const BUSY_PACKETS_A_US = 0.03;
const GATHER_US = 50;

childPart<BoxDriverSetup>(async (setup, part) => {
  goAhead();
  let { clock } = setup;
  const groups = setup.groups.map((group, index) => new BoxGroup(group, seededRandom(setup.seed + index)));
  part.onRequest = (body) => {
    const request = body as BoxRequest;
    switch (request.kind) {
      case "rules":
        groups[request.group]!.replaceRules(request.device, request.rules);
        return true;
      case "health":
        groups[request.group]!.setHealth(request.device, request.health);
        return true;
      case "clock":
        clock = request.clock;
        return true;
      case "status":
        return groups.map((group) => group.status());
    }
  };
  await Promise.all(groups.map((group) => group.takeFragments()));
  part.ready();
  const sources = groups.flatMap((group) => group.fds.map((fd) => ({ fd, group })));
  const poll = new PollSet(sources.map(({ fd }) => fd));
  const nothing = new PollSet([]);
  let isMore = false;
  let yieldedUs = 0;
  let turnUs = 0;
  while (!part.stopped) {
    let nextDueUs = Number.POSITIVE_INFINITY;
    for (const group of groups) nextDueUs = Math.min(nextDueUs, group.nextDueUs);
    poll.wait(isMore ? 0 : Math.min(LONGEST_WAIT_US, nextDueUs - packetClockUs()));
    const nowUs = packetClockUs();
    const scenarioMs = scenarioTimeMs(clock, nowUs);
    isMore = false;
    let received = 0;
    for (let i = 0; i < sources.length; i++) {
      const { group } = sources[i]!;
      // A group's sources stand together, and all of them are read at once.
      if (!poll.isReadable(i) || (i > 0 && sources[i - 1]!.group === group && poll.isReadable(i - 1)))
        continue;
      const before = group.received;
      isMore = group.receive(scenarioMs) || isMore;
      received += group.received - before;
    }
    for (const group of groups) group.release(packetClockUs());
    if (!isMore && received > 0 && (nowUs - turnUs) * BUSY_PACKETS_A_US < received) nothing.wait(GATHER_US);
    turnUs = nowUs;
    if (nowUs - yieldedUs >= YIELD_EVERY_US || received === 0) {
      yieldedUs = nowUs;
      await yieldToEvents();
    }
  }
});
