/**
 * Each fault fails at each vantage point as its truth says, seen with curl; and is over when it ends.
 */
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNoLab } from "./in-cell.ts";
import { newFolder, runLab } from "./lab-command.ts";
import { onQuietMachine } from "./quiet-machine.ts";

const SCENARIO = join(dirname(fileURLToPath(import.meta.url)), "faults.yaml");
const CLIENTS = ["phone", "desk", "berlin", "office"] as const;
const SITES = ["ministry.example", "shop.example", "example.org"] as const;

/** curl's exit codes: 0 works, 6 name, 7 connect, 28 time-out, 35 handshake, 52 and 56 closed; or the status. */
type Seen = number;
type Expected = "works" | "fails" | "slow" | "any" | number;

interface Row {
  readonly title: string;
  readonly fault: readonly string[];
  /** By client: ministry, shop (both at the state's operator), example.org (elsewhere). */
  readonly phone: readonly Expected[];
  readonly desk: readonly Expected[];
  readonly berlin: readonly Expected[];
  readonly office: readonly Expected[];
  /** So many of all looks are slow or fail: of what is lost at random, some get through in time. */
  readonly slowAtLeast?: number;
}

const FINE = ["works", "works", "works"] as const;
const GONE = ["fails", "fails", "works"] as const;
/** Who is inside reaches what is inside, and nothing else. */
const INSIDE = ["works", "works", "fails"] as const;
const operator = ["--hosting", "state-operator"];

const ROWS: readonly Row[] = [
  {
    title: "an operator's device, for all",
    fault: ["operator-device", ...operator],
    phone: GONE,
    desk: GONE,
    berlin: GONE,
    office: INSIDE,
  },
  {
    title: "an operator's device, from abroad only",
    fault: ["operator-device", ...operator, "--scope", "outside"],
    phone: FINE,
    desk: FINE,
    berlin: GONE,
    office: FINE,
  },
  {
    title: "a box that drops every flow",
    fault: ["box-malfunction", "--networks", "mobile", "--share", "1"],
    phone: ["fails", "fails", "fails"],
    desk: FINE,
    berlin: FINE,
    office: FINE,
  },
  {
    title: "a box that resets every flow, inside the operator",
    fault: ["box-malfunction", ...operator, "--how", "reset", "--share", "1"],
    phone: [7, 7, "works"],
    desk: [7, 7, "works"],
    berlin: [7, 7, "works"],
    office: INSIDE,
  },
  {
    title: "an overloaded box",
    fault: ["box-overload", "--networks", "mobile", "--share", "0.9"],
    phone: ["slow", "slow", "slow"],
    desk: FINE,
    berlin: FINE,
    office: FINE,
  },
  {
    title: "a wrong order",
    fault: ["wrong-order", "--sites", "ministry.example"],
    phone: ["fails", "works", "works"],
    desk: FINE,
    berlin: FINE,
    office: FINE,
  },
  {
    title: "a withdrawn route",
    fault: ["withdrawn-route", ...operator],
    phone: [7, 7, "works"],
    desk: [7, 7, "works"],
    berlin: [7, 7, "works"],
    office: INSIDE,
  },
  {
    title: "a flood",
    fault: ["flood", ...operator, "--rate", "200 Mbit/s"],
    phone: ["any", "any", "works"],
    desk: ["any", "any", "works"],
    berlin: ["any", "any", "works"],
    office: ["any", "any", "any"],
    slowAtLeast: 4,
  },
  {
    title: "a name server that is silent",
    fault: ["name-server"],
    phone: ["fails", "fails", "fails"],
    desk: ["fails", "fails", "fails"],
    berlin: ["fails", "fails", "fails"],
    office: ["fails", "fails", "fails"],
  },
  {
    title: "a name server that fails",
    fault: ["name-server", "--how", "servfail"],
    phone: [6, 6, 6],
    desk: [6, 6, 6],
    berlin: [6, 6, 6],
    office: [6, 6, 6],
  },
  {
    title: "a full link",
    fault: ["congested-link", "--networks", "mobile", "--rate", "40 Mbit/s"],
    phone: ["slow", "slow", "slow"],
    desk: FINE,
    berlin: FINE,
    office: FINE,
  },
  {
    title: "maintenance",
    fault: ["maintenance", "--sites", "ministry.example"],
    phone: [503, "works", "works"],
    desk: [503, "works", "works"],
    berlin: [503, "works", "works"],
    office: [503, "works", "works"],
  },
];

/** Scenario time runs 60 times as fast: a fault of 12 minutes lasts 12 s. */
const SPEED = "60";
const FAULT = "12m";
const FAULT_MS = 12_000;
/** From the command until the program that makes the traffic runs. */
const SETTLES_MS = 3000;
const CURL_S = "5";
/** So much longer than when nothing fails. */
const SLOWER = 2.5;

interface Look {
  readonly code: Seen;
  readonly seconds: number;
}

describe.skipIf(whyNoLab)(`faults${whyNoLab ? ` (skipped: ${whyNoLab})` : ""}`, () => {
  let id = "";

  beforeAll(async () => {
    const started = await runLab("start", SCENARIO, "--speed", SPEED, "--no-captures", "--out", newFolder());
    expect(started.words).toBe("");
    id = /'([^']+)'/.exec(started.out)![1]!;
  });

  afterAll(async () => {
    if (id) await runLab("stop", "--lab", id);
  });

  const lookFrom = async (client: string): Promise<[client: string, site: string, seen: Look][]> => {
    const curl = `curl -sS -o /dev/null -w '%{exitcode} %{http_code} %{time_total}\\n' --max-time ${CURL_S}`;
    const all = SITES.map((site) => `${curl} https://${site}/picture | sed 's/^/${site} /' &`).join(" ");
    const { out } = await runLab("exec", "--lab", id, client, "sh", "-c", `${all} wait`);
    return SITES.map((site) => {
      const [, code, status, seconds] = (
        new RegExp(`^${site} (\\d+) (\\d+) ([\\d.]+)`, "m").exec(out) ?? []
      ).map(Number);
      return [
        client,
        site,
        { code: code === 0 && status !== 200 ? status! : (code ?? -1), seconds: seconds ?? 0 },
      ];
    });
  };

  const usualSeconds = new Map<string, number>();
  const fits = (client: string, site: string, { code, seconds }: Look, expected: Expected): boolean => {
    if (expected === "any") return true;
    if (expected === "works") return code === 0;
    if (expected === "slow") return code !== 0 || seconds > SLOWER * usualSeconds.get(`${client} ${site}`)!;
    return expected === "fails" ? code !== 0 && code < 100 : code === expected;
  };

  const lookAll = async (): Promise<[client: string, site: string, seen: Look][]> =>
    (await Promise.all(CLIENTS.map(lookFrom))).flat();

  it("are none in the beginning", async () => {
    const seen = await lookAll();
    expect(seen.filter(([client, site, one]) => !fits(client, site, one, "works"))).toEqual([]);
    for (const [client, site, { seconds }] of seen) usualSeconds.set(`${client} ${site}`, seconds);
  });

  it.for(ROWS)("$title", (row, context) =>
    onQuietMachine(context, async () => {
      const { code, words } = await runLab("fault", "--lab", id, ...row.fault, "--for", FAULT);
      expect([code, words]).toEqual([0, ""]);
      const until = Date.now() + FAULT_MS;
      await sleep(SETTLES_MS);
      const seen = await lookAll();
      await sleep(Math.max(0, until - Date.now()) + 1500);
      const after = await lookAll();
      const wrong = seen.filter(([client, site, one]) => {
        const expected =
          row[client as (typeof CLIENTS)[number]][SITES.indexOf(site as (typeof SITES)[number])]!;
        return !fits(client, site, one, expected);
      });
      expect(wrong).toEqual([]);
      if (row.slowAtLeast !== undefined) {
        const slow = seen.filter(([client, site, one]) => fits(client, site, one, "slow"));
        expect(slow.length).toBeGreaterThanOrEqual(row.slowAtLeast);
      }
      expect(after.filter(([client, site, one]) => !fits(client, site, one, "works"))).toEqual([]);
    }),
  );
});
