import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Result } from "../base/problem.ts";
import { addressBytes } from "./address-prefix.ts";
import { Collateral, collateralByRule, compareCollateral } from "./collateral.ts";
import { readRuleYaml } from "./rule-yaml.ts";
import { readHostedSite, readPopularName, TableRows } from "./table-rows.ts";

const twitter = readFileSync(new URL("../../scenarios/rules/twitter-2021.yaml", import.meta.url), "utf8");
const setting = { protocol: "tls", port: 443 } as const;
const POPULAR = ["google.com", "microsoft.com", "twitter.com", "t.co", "reddit.com", "throttletwitter.com"];

function twitterAt(time: string): Collateral {
  const collateral = new Collateral(readRuleYaml(twitter, "").list, { ...setting, timeMs: Date.parse(time) });
  for (const [index, name] of POPULAR.entries()) collateral.addName({ rank: index + 1, name });
  collateral.end();
  return collateral;
}

function collateralOf(yaml: string): Collateral {
  const { list, problems } = readRuleYaml(`action: drop\nrules:\n${yaml}`, "");
  expect(problems).toEqual([]);
  return new Collateral(list, { ...setting, timeMs: 0 });
}

const namesOf = (hits: readonly { readonly name: string }[]): string[] => hits.map(({ name }) => name);

describe("collateral", () => {
  it("is what the lists of March 2021 hit beyond Twitter, weighed by 1/rank", () => {
    const first = twitterAt("2021-03-10T12:00Z");
    expect(namesOf(first.hits)).toEqual(["microsoft.com", "reddit.com", "throttletwitter.com"]);
    expect(first.shareOf(first.hits)).toBeCloseTo(
      (1 / 2 + 1 / 5 + 1 / 6) / (1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5 + 1 / 6),
    );
    expect([first.names, first.hit, first.intended]).toEqual([6, 5, 2]);
    expect(collateralByRule(first).map(({ rule, hits }) => [rule.id, hits.length])).toEqual([
      ["t-co-anywhere", 2],
      ["twitter-com-ending", 1],
    ]);
  });

  it("shows what each fix freed", () => {
    const [first, second, third] = ["2021-03-10T12:00Z", "2021-03-11T12:00Z", "2021-04-02T12:00Z"].map(
      twitterAt,
    );
    const fix = compareCollateral(first!, second!);
    expect(namesOf(fix.freed)).toEqual(["microsoft.com", "reddit.com"]);
    expect([namesOf(fix.added), namesOf(fix.kept)]).toEqual([[], ["throttletwitter.com"]]);
    expect(namesOf(compareCollateral(second!, third!).freed)).toEqual(["throttletwitter.com"]);
    expect(namesOf(compareCollateral(third!, first!).added)).toHaveLength(3);
  });

  it("of an address rule is every site that shares a matching address", () => {
    const collateral = collateralOf(
      "- {id: a, for: telegram.org, addresses: [192.0.2.0/24, '2001:db8::/32']}",
    );
    const sites: [string, string, string?][] = [
      ["telegram.org", "192.0.2.1"],
      ["shop.example", "192.0.2.77", "Cloud"],
      ["shop.example", "198.51.100.1", "Other"],
      ["six.example", "2001:db8::7"],
      ["safe.example", "203.0.113.1"],
    ];
    for (const [name, address, hosting] of sites)
      collateral.addSite({ name, address: addressBytes(address)!, ...(hosting && { hosting }) });
    collateral.addName({ rank: 10, name: "safe.example" });
    collateral.addName({ rank: 20, name: "six.example" });
    collateral.end();
    expect(namesOf(collateral.hits)).toEqual(["six.example", "shop.example"]);
    expect(collateral.hits[1]).toMatchObject({ addresses: { hit: 1, known: 2 }, hosting: "Cloud" });
    expect(collateral.hits[1]).not.toHaveProperty("rank");
    expect([collateral.names, collateral.intended]).toEqual([4, 1]);
  });

  it("is nothing that a rule lets pass, or that another rule in force means", () => {
    const collateral = collateralOf(
      '- {id: spare, names: reddit.com, action: pass}\n- {id: a, names: "*t.co*"}\n- {id: b, names: microsoft.com}',
    );
    for (const [index, name] of POPULAR.entries()) collateral.addName({ rank: index + 1, name });
    collateral.end();
    expect(collateral.hits).toEqual([]);
    expect(collateral.hit).toBe(2);
  });
});

describe("tables", () => {
  const read = <T>(reader: (fields: readonly string[]) => Result<T>, text: string) => {
    const rows: T[] = [];
    const problems: (number | undefined)[] = [];
    const table = new TableRows(
      reader,
      (row) => rows.push(row),
      ({ line }) => problems.push(line),
    );
    table.push(new TextEncoder().encode(text));
    table.end();
    return { rows, problems, broken: table.broken };
  };

  it("of popular names and of hosting are read with their broken lines named", () => {
    expect(read(readPopularName, "rank,domain\n1,Google.com\r\nx,y\n0,a\n\n2\n3,b c\n4,d.e")).toEqual({
      rows: [
        { rank: 1, name: "google.com" },
        { rank: 4, name: "d.e" },
      ],
      problems: [3, 4, 6, 7],
      broken: 4,
    });
    const sites = read(readHostedSite, 'name,address\na.b,192.0.2.1,"One, Inc."\na.b,nowhere\n');
    expect(sites.rows).toMatchObject([{ name: "a.b", hosting: "One, Inc." }]);
    expect(sites.problems).toEqual([3]);
  });
});
