import { describe, expect, it } from "vitest";
import { failure, success } from "./problem.ts";

describe("a result", () => {
  it("is a value, or a problem with its place as far as that is known", () => {
    expect(success(5)).toEqual({ ok: true, value: 5 });
    expect(failure("it is empty")).toEqual({ ok: false, problem: { reason: "it is empty" } });
    expect(failure("it is cut", { offset: 7 })).toEqual({
      ok: false,
      problem: { reason: "it is cut", offset: 7 },
    });
  });
});
