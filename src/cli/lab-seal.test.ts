import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Seal } from "./lab-seal.ts";

describe("a sealed cause", () => {
  const seal = new Seal("twitter-2021", 7, "wrong-order");

  it("is what the hash says, and nobody could have guessed it from the hash", () => {
    expect(createHash("sha256").update(seal.sealed).digest("hex")).toBe(seal.hash);
    expect(seal.sealed).toContain("wrong-order");
    expect(new Seal("twitter-2021", 7, "wrong-order").hash).not.toBe(seal.hash);
  });

  it("does not show in what is told before the end", () => {
    const told = [
      { type: "timeline", kind: "fault-began", fault: "wrong-list", what: "wrong-order" },
      { type: "timeline", kind: "order", order: "order-1", reason: "by mistake: wrong-list" },
      { type: "timeline", kind: "bundle", orders: ["twitter-throttling", "order-1"] },
      { type: "timeline", kind: "delivered", orders: ["order-1"] },
      { type: "visit", name: "kremlin.ru", truth: { state: "blocked", rule: "order-1/x", action: "reset" } },
      { type: "timeline", kind: "lift", lifted: [{ order: "order-1" }] },
      { type: "timeline", kind: "site-recovered", site: "kremlin.ru", fault: "wrong-list" },
    ].map((line) => seal.redacted(line));
    expect(JSON.stringify(told)).not.toMatch(/wrong|order-1|mistake|reset/);
    expect(told[2]).toMatchObject({ orders: ["twitter-throttling"] });
    expect(told[4]).toMatchObject({ truth: { state: "blocked" } });
  });
});
