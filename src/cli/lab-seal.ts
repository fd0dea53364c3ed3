/**
 * A drawn cause is a secret until the end: its hash is printed before, what was hashed after, and what would give it away
 * is left out of what is told meanwhile. The run's own files hold everything.
 */
import { createHash, randomBytes } from "node:crypto";

type Line = Record<string, unknown>;

const NONCE_BYTES = 16;
/** As the laboratory words the reason of an order that a fault issued. */
const BY_MISTAKE = /^by mistake: /;

export class Seal {
  /** SHA-256 of `sealed`, hex. */
  readonly hash: string;
  readonly sealed: string;
  readonly #secretOrders = new Set<unknown>();

  constructor(scenario: string, seed: number, cause: string) {
    this.sealed = `${scenario} ${seed} ${cause} ${randomBytes(NONCE_BYTES).toString("hex")}`;
    this.hash = createHash("sha256").update(this.sealed).digest("hex");
  }

  /** The line as it may be told before the end, or undefined. */
  redacted(line: Line): Line | undefined {
    if (line["type"] === "visit") {
      const { state } = line["truth"] as { state: string };
      return { ...line, truth: { state } };
    }
    const { fault: _, what: __, ...rest } = line;
    switch (line["kind"]) {
      case "fault-began":
      case "fault-ended":
      case "site-recovered":
        return rest;
      case "order":
        if (!BY_MISTAKE.test(String(line["reason"]))) return line;
        this.#secretOrders.add(line["order"]);
        return undefined;
      case "lift":
        return this.#isSecret(line) ? undefined : line;
      case "bundle":
      case "delivered": {
        const orders = (line["orders"] as unknown[]).filter((order) => !this.#secretOrders.has(order));
        return { ...line, orders };
      }
      default:
        return line;
    }
  }

  #isSecret(line: Line): boolean {
    return (line["lifted"] as { order: string }[]).some(({ order }) => this.#secretOrders.has(order));
  }
}
