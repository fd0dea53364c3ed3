/**
 * The program that drives all boxes of a laboratory: one process, one loop. Should it die, the firewall lets packets
 * pass (--queue-bypass) until the laboratory has started it again; what its boxes remembered is lost, as with a real one.
 */
import { setImmediate as yieldToEvents } from "node:timers/promises";
import { seededRandom } from "../../base/random.ts";
import { PollSet } from "../../host/kernel/poll-set.ts";
import { packetClockUs, scenarioTimeMs } from "../clock/clocks.ts";
import { childPart } from "../parts/child-part.ts";
import { BoxGroup } from "./box-group.ts";
import type { BoxDriverSetup, BoxRequest } from "./box-messages.ts";

/** How long the loop sleeps at most: so late does it hear of orders. */
const LONGEST_WAIT_US = 20_000;

childPart<BoxDriverSetup>(async (setup, part) => {
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
  let isMore = false;
  while (!part.stopped) {
    const nowUs = packetClockUs();
    const nextDueUs = groups.reduce((earliest, group) => Math.min(earliest, group.nextDueUs), Infinity);
    poll.wait(isMore ? 0 : Math.min(LONGEST_WAIT_US, nextDueUs - nowUs));
    const scenarioMs = scenarioTimeMs(clock, packetClockUs());
    isMore = false;
    const readable = new Set(sources.flatMap(({ group }, index) => (poll.isReadable(index) ? [group] : [])));
    for (const group of groups) {
      if (readable.has(group)) isMore = group.receive(scenarioMs) || isMore;
      group.release(packetClockUs());
    }
    await yieldToEvents();
  }
});
