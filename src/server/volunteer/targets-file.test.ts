import { describe, expect, it } from "vitest";
import { policyOf } from "./plan.ts";
import { readTargets } from "./targets-file.ts";

const GOOD = `
budget: 4 MB
pairs:
  - name: Pictures of Twitter
    target: { address: "https://abs.twimg.com/picture;1.jpg?a=1", size: 383631 }
    control: { address: https://control.example/object, size: 383631, read: cors }
    over-match: { address: https://t.co.control.example/p.png, size: 383631, read: image, width: 640, height: 400 }
`;
const problemsOf = (text: string): string[] => {
  const read = readTargets(text);
  return read.ok ? [] : read.problems.map(({ line, reason }) => `${line}: ${reason}`);
};

describe("a list of targets", () => {
  it("becomes a plan, and a policy of exactly its objects", () => {
    const read = readTargets(GOOD);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    expect(read.plan).toMatchObject({ rounds: 3, budgetBytes: 4_000_000, timeoutMs: 60_000 });
    expect(read.plan.pairs[0]).toMatchObject({
      isSimulated: false,
      target: { bytes: 383_631, reading: "time" },
      overMatch: { reading: "image", width: 640 },
    });
    expect(policyOf(read.plan)).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; " +
        "connect-src 'self' https://abs.twimg.com/picture%3B1.jpg https://control.example/object; " +
        "img-src data: https://t.co.control.example/p.png; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  it.each([
    [
      "https://abs.twimg.com/picture;1.jpg?a=1",
      "http://abs.twimg.com/x",
      "5: pairs[0].target.address: https only",
    ],
    [
      "https://abs.twimg.com/picture;1.jpg?a=1",
      "https://u:p@abs.twimg.com/x",
      "5: pairs[0].target.address: has a user's name",
    ],
    [
      "https://abs.twimg.com/picture;1.jpg?a=1",
      "https://abs.twimg.com/",
      "5: pairs[0].target.address: names a folder",
    ],
    [
      "https://abs.twimg.com/picture;1.jpg?a=1",
      "javascript:alert(1)",
      "5: pairs[0].target.address: https only",
    ],
    [
      "https://abs.twimg.com/picture;1.jpg?a=1",
      "https://[::1]/x",
      "5: pairs[0].target.address: an IPv6 address",
    ],
    ["read: cors", "read: time", "6: pairs[0].control.read: has to be cors or image"],
    ["width: 640, ", "", "7: pairs[0].over-match.read: an image needs its width and height"],
    ["4 MB", "3 MB", "4: pairs[0]: 3 rounds of it take 3452679 bytes, more than the budget of 3000000"],
    ["budget: 4 MB", "budget: lots", "2: budget: 'lots' is no size"],
    ["size: 383631 }", "size: 1000 }", "5: pairs[0].target.size: Too small"],
    ["name:", "nome:", "4: pairs[0].name: Invalid input"],
    ["pairs:", "pears:", "2: pairs: Invalid input"],
  ])("with %s as %s is refused with its place", (from, to, said) => {
    expect(problemsOf(GOOD.replace(from, to)).join("\n")).toContain(said);
  });

  it.each(["", "- a", "pairs: []", "pairs: {", "x: &a [*a]", "null"])("%j is refused, not thrown", (text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });

  it("on this machine is a laboratory's, and not mixed with the world's", () => {
    const here = GOOD.replace(/https:\/\/[a-z.]+\//g, "http://127.0.0.1:8080/").replace(
      "control/object",
      "o",
    );
    const read = readTargets(here);
    expect(read).toMatchObject({ ok: true, plan: { pairs: [{ isSimulated: true }] } });
    expect(problemsOf(GOOD.replace("https://control.example", "http://localhost:1"))[0]).toContain(
      "some of its objects",
    );
  });
});
