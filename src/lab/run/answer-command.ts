/**
 * What each command does to a running laboratory.
 */
import type { Result } from "../../base/problem.ts";
import type { AnswerRequest } from "../control/control-server.ts";
import type { LabStatus } from "../control/protocol.ts";
import { viewOf } from "./lab-view.ts";
import type { Laboratory } from "./laboratory.ts";
import type { Watchers } from "./watchers.ts";

export function answerFor(lab: Laboratory, watchers: Watchers): AnswerRequest {
  return async (request, line, closed) => {
    switch (request.do) {
      case "follow":
        return watchers.follow(line, closed);
      case "order":
        return granted(lab.issue(request.order)).id;
      case "lift":
        return granted(lab.lift(request.what, request.kinds));
      case "roll-back":
        return granted(lab.rollBack()).map(({ order }) => order.id);
      case "fault":
        return granted(lab.fault(request.fault));
      case "visit": {
        const { outcome, network, truth } = await lab.visit(request.client, request.visit);
        return { network, truth, ...outcome };
      }
      case "timeline":
        for (const one of lab.timeline) line(one);
        return null;
      case "status":
        return { ...viewOf(lab, lab.troubles()), network: await lab.network.status() } satisfies LabStatus;
      case "stop":
        lab.stop();
        return null;
    }
  };
}

function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.reason);
  return result.value;
}
