/**
 * What clients measured, out of the laboratory's lines: visits with their speeds, and what the product's judge of paired
 * speeds says of a site beside a control. The judge hears speeds alone, never the truth.
 */
import { judgeSpeedPair } from "../../../src/verdict/speed-pair.ts";
import type { Line } from "./lab-client.ts";

export interface Visit {
  readonly client: string;
  readonly site: string;
  /** Of this machine's clock: when the page heard of it. */
  readonly heardMs: number;
  /** Of the scenario. */
  readonly time: string;
  /** Undefined: nothing came. */
  readonly bps: number | undefined;
  readonly failure: string | undefined;
  /** What the laboratory says should have been seen. */
  readonly truth: string;
}

export function visitOf(line: Line, heardMs: number): Visit | undefined {
  if (line["type"] !== "visit") return undefined;
  const bytes = Number(line["bytes"] ?? 0);
  const us = Number(line["transferUs"] ?? line["totalUs"] ?? 0);
  const { failure, truth } = line as { failure?: string; truth?: { state?: string } };
  return {
    ...{
      client: String(line["client"]),
      site: String(line["name"]),
      heardMs,
      time: String(line["time"] ?? ""),
    },
    bps: bytes > 0 && us > 0 ? (bytes * 8e6) / us : undefined,
    failure,
    truth: truth?.state ?? "",
  };
}

/** Of the latest visits, so many. */
const MOST_HEARD = 5;
export const LEAST_HEARD = 3;

export interface PairVerdict {
  readonly state: "throttled" | "ok" | "insufficient";
  readonly targetBps: number | undefined;
  readonly controlBps: number | undefined;
  readonly have: number;
}

/** Middle speeds of the latest visits of either; below three each, or where a target failed, nothing is said. */
export function judgeVisits(
  visits: readonly Visit[],
  client: string,
  target: string,
  control: string,
): PairVerdict {
  const latest = (site: string): readonly Visit[] =>
    visits.filter((visit) => visit.client === client && visit.site === site).slice(-MOST_HEARD);
  const [own, other] = [latest(target), latest(control)];
  const speeds = [own, other].map((all) => all.flatMap(({ bps }) => bps ?? []));
  const [targetBps, controlBps] = speeds.map(middle);
  const have = Math.min(...speeds.map(({ length }) => length));
  const state = have < LEAST_HEARD ? "insufficient" : judgeSpeedPair(targetBps, controlBps).state;
  return { state, targetBps, controlBps, have };
}

function middle(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

export interface OrderInForce {
  readonly id: string;
  readonly what: string;
  readonly targets: readonly string[];
  readonly time: string;
}

/** Of all lines so far: orders that were issued and have neither been lifted everywhere nor ended. */
export function ordersInForce(lines: readonly Line[]): OrderInForce[] {
  const orders = new Map<string, OrderInForce>();
  for (const line of lines) {
    const id = String(line["order"]);
    if (line["kind"] === "order") {
      const targets = (line["targets"] as string[] | undefined) ?? [];
      orders.set(id, { id, what: String(line["what"]), targets, time: String(line["time"]) });
    } else if (line["kind"] === "order-end") orders.delete(id);
    else if (line["kind"] === "lift") {
      for (const { order, left } of line["lifted"] as { order: string; left: number }[])
        if (left === 0) orders.delete(order);
    }
  }
  return [...orders.values()];
}
