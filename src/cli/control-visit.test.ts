import { expect, it } from "vitest";
import type { Reach, ReachTarget } from "../probe/reach/reach-record.ts";
import { controlVisit } from "./control-visit.ts";

const SITE = { name: "site.test", address: "192.0.2.1", port: 8443, path: "/large" };

it("visits the first control site once, as a browser does, for however many targets", async () => {
  const visited: ReachTarget[] = [];
  const visit = async (target: ReachTarget): Promise<Reach> => {
    visited.push(target);
    return { target, startedAtMs: 0, durationUs: 0, steps: [] };
  };
  const ask = controlVisit([SITE, { ...SITE, name: "other.test" }], { insecure: false }, visit);
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(visited).toEqual([{ name: "site.test", port: 8443, path: "/" }]);
  expect(first).toBe(second);
});

it("visits nobody where there is no control site", async () => {
  expect(await controlVisit([], { insecure: false })()).toEqual([]);
});
