/** The course with transfers that a table answers: what it begins, when it stops, and what counts. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../base/random.ts";
import type { Observation } from "../../observation/observation.ts";
import type { TransferOutcome, TransferRequest, Watch } from "../transfer/transfer.ts";
import { type CourseOptions, runCourse, type Wanted } from "./course.ts";

const DOWN: Omit<Wanted, "pairs"> = { comparison: "control-server", direction: "down" };
const UNWATCHED: Watch = { isEnough: () => false, goesOn: () => false };

function options(more: Partial<CourseOptions>): CourseOptions {
  return {
    arms: {
      target: { name: "target.example", address: "192.0.2.1", port: 443, path: "/" },
      ...{ neutralName: "neutral.example", controlServer: { address: "192.0.2.2", port: 443 }, sites: [] },
      ...{ bytes: 1000, timeoutMs: 1000, trust: { insecure: true } },
    },
    ...{ measurementId: "m", origin: "measured", lanes: 3, budgetBytes: 1e9, budgetMs: 5000 },
    random: seededRandom(1),
    decide: () => ({ isSettled: false, wanted: [{ ...DOWN, pairs: 3 }] }),
    watch: UNWATCHED,
    ...more,
  };
}

/** At another's server: when flows of so many ms began, how many ran then, and how many looks there were. */
async function inTurn(
  wanted: Pick<Wanted, "pairs" | "atOnce" | "isQuiet">,
  lastsMs: readonly number[],
): Promise<{ most: number[]; begunMs: number[]; looks: number }> {
  const { controlServer: _, ...arms } = options({}).arms;
  const begunMs: number[] = [];
  const most: number[] = [];
  let running = 0;
  const run = async (): Promise<TransferOutcome> => {
    const forMs = lastsMs[begunMs.length % lastsMs.length]!;
    begunMs.push(performance.now());
    most.push(++running);
    await sleep(forMs);
    running--;
    return outcome();
  };
  const one: Wanted = { comparison: "same-address", direction: "down", ...wanted };
  const decide = () => ({ isSettled: false, wanted: [one] });
  const { observations } = await runCourse(options({ arms, decide, budgetMs: 40_000 }), run);
  return { most, begunMs, looks: observations.filter(({ pair }) => pair === undefined).length };
}

function outcome(bytes = 1000): TransferOutcome {
  return {
    ...{ startedMs: Date.now(), samples: [], bytes, durationUs: 1000, connectUs: 1, handshakeUs: 1 },
    ...{ ended: "complete", localPort: 1 },
  };
}

const instantly = (): Promise<TransferOutcome> => Promise.resolve(outcome());
const ofPairs = (observations: readonly Observation[]): readonly Observation[] =>
  observations.filter(({ pair }) => pair !== undefined);

describe("a course of pairs", () => {
  it("looks at the control first, then runs each pair once, both arms", async () => {
    const { observations, ended, decisive } = await runCourse(options({}), instantly);
    expect(observations[0]).toMatchObject({ role: "control" });
    expect(observations[0]).not.toHaveProperty("pair");
    const arms = ofPairs(observations).map(({ pair, role }) => `${pair} ${role}`);
    expect(arms.sort()).toEqual([0, 1, 2].flatMap((pair) => [`${pair} control`, `${pair} target`]));
    expect([ended, decisive]).toEqual(["pairs", observations.length]);
  });

  it("keeps what ends after the decision, and does not count it", async () => {
    const decide = (seen: readonly Observation[]) => ({
      isSettled: ofPairs(seen).length >= 2,
      wanted: [{ ...DOWN, pairs: 9 }],
    });
    let begun = 0;
    const { observations, ended, decisive } = await runCourse(options({ decide }), async () => {
      await sleep(10 * begun++);
      return outcome();
    });
    expect(ended).toBe("settled");
    expect(ofPairs(observations.slice(0, decisive))).toHaveLength(2);
    expect(observations.length).toBeGreaterThan(decisive);
  });

  it("fetches from other sites alone what the target gave beside another name, and both where that has no pair of the number", async () => {
    const own: Wanted = { comparison: "same-address", direction: "down", pairs: 2 };
    const beside: Wanted = { comparison: "site", direction: "down", pairs: 3 };
    const place = { name: "site.example", address: "192.0.2.3", port: 443, path: "/" };
    const { controlServer: _, ...arms } = options({}).arms;
    const { observations } = await runCourse(
      options({
        arms: { ...arms, sites: [place] },
        decide: () => ({ isSettled: false, wanted: [own, beside] }),
      }),
      instantly,
    );
    const ofSites = ofPairs(observations).filter(({ comparison }) => comparison === "site");
    expect(ofSites.map(({ pair, role }) => `${pair} ${role}`).sort()).toEqual([
      ...["0 control", "1 control"],
      ...["62 control", "62 target"],
    ]);
  });

  it("asks both arms of a pair for as much as is wanted of it, and lets those move no more", async () => {
    const asked: string[] = [];
    const decide = (seen: readonly Observation[]) => ({
      isSettled: ofPairs(seen).length === 6,
      wanted: [ofPairs(seen).length < 4 ? { ...DOWN, pairs: 2 } : { ...DOWN, pairs: 3, bytes: 5000 }],
    });
    const watch = { ...UNWATCHED, goesOn: () => true };
    await runCourse(options({ decide, watch }), async ({ bytes }, { goesOn } = UNWATCHED) => {
      asked.push(`${bytes} ${goesOn(outcome(bytes))}`);
      return outcome(bytes);
    });
    expect(asked.slice(1)).toEqual([...Array(4).fill("1000 true"), ...Array(2).fill("5000 false")]);
  });

  it("lets flows of both arms move half as much again where two slowed down, in that direction", async () => {
    const asked: string[] = [];
    const up: Wanted = { ...DOWN, direction: "up", pairs: 2 };
    const decide = (seen: readonly Observation[]) => ({
      isSettled: false,
      wanted: ofPairs(seen).length < 8 ? [{ ...DOWN, pairs: 4 }] : [{ ...DOWN, pairs: 4 }, up],
    });
    let downs = 0;
    // The second and the third that are no looks slow down, by whatever name.
    const isSlow = ({ durationUs }: TransferOutcome): boolean => durationUs === 2000;
    const run = async (
      { direction, bytes }: TransferRequest,
      { goesOn } = UNWATCHED,
    ): Promise<TransferOutcome> => {
      if (bytes !== 1000) return outcome(bytes);
      if (direction === "down") downs++;
      const durationUs = direction === "down" && [2, 3].includes(downs) ? 2000 : 1000;
      const [now, larger] = [1000, 1500].map((moved) => goesOn({ ...outcome(moved), durationUs }));
      asked.push(`${direction} ${now} ${larger}`);
      return outcome();
    };
    await runCourse(options({ decide, watch: { ...UNWATCHED, goesOn: isSlow }, lanes: 1 }), run);
    expect(asked.slice(0, 4)).toEqual([
      "down false false",
      "down true true",
      "down true true",
      "down true false",
    ]);
    expect(asked.slice(4, 8)).toEqual(Array(4).fill("down true false"));
    expect(asked.slice(8)).toEqual(Array(4).fill("up false false"));
  });

  it("looks at the control alone only when nothing else runs", async () => {
    let running = 0;
    const besideLook: number[] = [];
    const decide = (seen: readonly Observation[]) => {
      const isPaired = ofPairs(seen).length >= 6;
      const isAlone = seen.length >= 8;
      return {
        isSettled: isAlone,
        wanted: isPaired ? [{ ...DOWN, pairs: 1, isAlone: true }] : [{ ...DOWN, pairs: 3 }],
      };
    };
    const run = async ({ bytes }: TransferRequest): Promise<TransferOutcome> => {
      if (bytes !== 1000) besideLook.push(running);
      running++;
      await sleep(15);
      running--;
      return outcome();
    };
    const { ended } = await runCourse(options({ decide }), run);
    expect(ended).toBe("settled");
    expect(besideLook).toEqual([0, 0]);
  });

  it("looks at the control as often, and as long, as is asked, and at each site in turn", async () => {
    const sites = ["192.0.2.8", "192.0.2.9"].map((address) => {
      return { name: "site.example", address, port: 443, path: "/" };
    });
    const asked: TransferRequest[] = [];
    const look: Wanted = { comparison: "site", direction: "down", pairs: 3, bytes: 500_000, isAlone: true };
    const { arms } = options({});
    const { observations } = await runCourse(
      options({ arms: { ...arms, sites }, decide: () => ({ isSettled: false, wanted: [look] }) }),
      async (request) => {
        asked.push(request);
        return outcome();
      },
    );
    // The first is the one before anything.
    const looks = asked.slice(1).map(({ address, bytes }) => `${address} ${bytes}`);
    expect(looks).toEqual(["192.0.2.8 500000", "192.0.2.9 500000", "192.0.2.8 500000"]);
    expect(observations.every(({ role, pair }) => role === "control" && pair === undefined)).toBe(true);
  });

  it("runs no more pairs at once than are wanted: two side by side, of one the second arm where the first is past slow start or over", async () => {
    const most = async (atOnce: number, forMs: number): Promise<number[]> => {
      let running = 0;
      const seen: number[] = [];
      const run = async (): Promise<TransferOutcome> => {
        seen.push(++running);
        await sleep(forMs);
        running--;
        return outcome();
      };
      const decide = () => ({ isSettled: false, wanted: [{ ...DOWN, pairs: 2, atOnce }] });
      const { observations } = await runCourse(options({ decide, lanes: 4, budgetMs: 20_000 }), run);
      if (atOnce === 1) expect(ofPairs(observations).map(({ pair }) => pair)).toEqual([0, 0, 1, 1]);
      return seen.slice(1);
    };
    expect(await most(2, 60)).toEqual([1, 2, 3, 4]);
    expect(await most(1, 60)).toEqual([1, 1, 1, 1]);
    // The next begins as its second arm does: past the slow start of what still runs, which is one.
    expect(await most(1, 1500)).toEqual([1, 2, 2, 2]);
  });

  it("begins the arms of one pair at once, and of the next, past the slow start of what runs, two at most, with no look beside them", async () => {
    const { most, begunMs, looks } = await inTurn({ atOnce: 1, pairs: 3 }, [2000, 4000]);
    expect(looks).toBe(1);
    // The look before anything, and three pairs.
    expect(most).toHaveLength(7);
    expect(Math.max(...most)).toBe(2);
    const apartMs = begunMs.slice(1).map((ms, at) => ms - begunMs[at]!);
    expect(Math.min(...apartMs)).toBeGreaterThanOrEqual(1150);
  });

  it("lets the arms of a quiet pair take turns, with nothing beside them", async () => {
    const { most, looks } = await inTurn({ atOnce: 1, isQuiet: true, pairs: 2 }, [2100]);
    expect(looks).toBe(1);
    expect(most).toEqual([1, 1, 1, 1, 1]);
  });

  it("lets both arms of a pair meet the same line, but for the very first pairs, of which one goes first", async () => {
    const running = new Set<object>();
    const most: number[] = [];
    const run = async (request: TransferRequest): Promise<TransferOutcome> => {
      running.add(request);
      most.push(running.size);
      await sleep(80);
      running.delete(request);
      return outcome();
    };
    const decide = (seen: readonly Observation[]) => ({
      isSettled: false,
      wanted: [{ ...DOWN, pairs: ofPairs(seen).length < 6 ? 3 : 6 }],
    });
    await runCourse(options({ lanes: 6, decide }), run);
    // The look, three pairs, three more.
    expect(Math.max(...most.slice(0, 7))).toBe(3);
    expect(Math.max(...most.slice(7))).toBe(6);
  });

  it("waits no longer than a second or so for a first arm that takes its time", async () => {
    const atMs: number[] = [];
    const started = performance.now();
    const run = async (request: TransferRequest): Promise<TransferOutcome> => {
      atMs.push(performance.now() - started);
      await sleep(request.serverName === "target.example" ? 1800 : 1);
      return outcome();
    };
    await runCourse(options({ lanes: 6 }), run);
    expect(Math.max(...atMs)).toBeLessThan(1700);
  });

  it("begins the pairs that a flow which still runs is seen to need", async () => {
    let [begun, ended] = [0, 0];
    const endedBefore: number[] = [];
    const asked: number[] = [];
    let allBegun = (): void => {};
    const whenAllBegun = new Promise<void>((resolve) => {
      allBegun = resolve;
    });
    // No target's flow ends before the fifth has begun, however long that takes.
    const run = async (request: TransferRequest, watch?: Watch): Promise<TransferOutcome> => {
      if (request.serverName !== "target.example") return outcome();
      endedBefore.push(ended);
      asked.push(request.bytes);
      if (++begun === 5) allBegun();
      watch!.isEnough(outcome());
      await whenAllBegun;
      ended++;
      return outcome();
    };
    const watch = { ...UNWATCHED, pairsFor: () => ({ pairs: 5, isBrief: true }) };
    const large = options({ lanes: 6, watch });
    await runCourse({ ...large, arms: { ...large.arms, bytes: 300_000 } }, run);
    expect(endedBefore).toEqual([0, 0, 0, 0, 0]);
    // What is late, or breaks, is told by no speed.
    expect(asked.at(-1)).toBeLessThan(150_000);
  });

  it("looks at the control beside slow flows only where none was under way of late", async () => {
    const looks: number[] = [];
    const run = async (request: TransferRequest): Promise<TransferOutcome> => {
      if (request.bytes !== 1000) looks.push(request.bytes);
      await sleep(request.serverName === "target.example" ? 3600 : 1);
      return outcome();
    };
    await runCourse(options({ lanes: 6 }), run);
    // One before the target's name is sent, one beside the three that take their time.
    expect(looks).toHaveLength(2);
  });

  it("keeps no connection that was not waited for to its end", async () => {
    const unheard = async ({ timeoutMs }: TransferRequest): Promise<TransferOutcome> => {
      await sleep(timeoutMs);
      const { connectUs, handshakeUs, ...rest } = outcome(0);
      return { ...rest, ended: "failed", operation: "connect", failure: "generic_timeout_error" };
    };
    const decide = () => ({ isSettled: false, wanted: [{ ...DOWN, pairs: 1000 }] });
    const { observations, ended } = await runCourse(options({ decide, budgetMs: 2500 }), unheard);
    expect(ended).toBe("time");
    // One look, then three lanes of a second each: the last begin half a second before the end.
    expect(observations).toHaveLength(1 + 3);
  });

  it("looks at the control when every lane waits for a target that stands still, and not while one moves", async () => {
    const looksBeside = async (step: number): Promise<number> => {
      const silent = async (request: TransferRequest, watch?: Watch): Promise<TransferOutcome> => {
        if (request.serverName !== "target.example") return outcome();
        for (let bytes = 0, ms = 0; ms < 4500; ms += 200, bytes += step) {
          watch!.isEnough(outcome(bytes));
          await sleep(200);
        }
        return { ...outcome(step), ended: "failed", operation: "read", failure: "generic_timeout_error" };
      };
      const { observations } = await runCourse(options({ lanes: 2, budgetMs: 4000 }), silent);
      return observations.filter(({ pair }) => pair === undefined).length - 1;
    };
    expect(await looksBeside(0)).toBeGreaterThanOrEqual(1);
    expect(await looksBeside(100)).toBe(0);
  }, 20_000);

  it("ends with its bytes, its time, or its caller", async () => {
    const forever = { decide: () => ({ isSettled: false, wanted: [{ ...DOWN, pairs: 1000 }] }) };
    const slowly = async (): Promise<TransferOutcome> => {
      await sleep(5);
      return outcome();
    };
    const bytes = await runCourse(options({ ...forever, budgetBytes: 5000 }), slowly);
    expect(bytes.ended).toBe("bytes");
    expect(bytes.bytes).toBeLessThan(5000 + 3 * 1000 + 1);
    expect((await runCourse(options({ ...forever, budgetMs: 60 }), slowly)).ended).toBe("time");
    const signal = AbortSignal.timeout(40);
    const aborted = await runCourse(options({ ...forever, signal }), slowly);
    expect(aborted.ended).toBe("aborted");
    expect(aborted.observations.length).toBeGreaterThan(0);
  });
});
