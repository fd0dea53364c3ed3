/**
 * A hosting network's border as its operator's device leaves it. What the device does not pass waits, as a sender that
 * goes on trying would; where nobody knows the way, new connections are told so.
 */
import type { HostingCondition } from "../network/lab-network.ts";
import { held, leaves, type Place, type Stage } from "./stage.ts";

export class Border {
  condition: HostingCondition = "up";

  /** For one flow; "home": its client is behind this border, "abroad": in a network that counts as outside. */
  place(client: "home" | "elsewhere" | "abroad"): Place {
    const isClosed = (): boolean =>
      this.condition === "down" ||
      this.condition === "withdrawn" ||
      (this.condition === "closed-to-outside" && client === "abroad");
    const stage: Stage = {
      pass: (piece, nowUs) => {
        if (!isClosed()) return leaves(nowUs);
        const isToldSo = this.condition === "withdrawn" && client !== "home" && piece.kind === "open";
        return isToldSo ? { kind: "ends", ending: { kind: "unreachable" } } : held(nowUs);
      },
    };
    return { up: stage, down: stage };
  }
}
