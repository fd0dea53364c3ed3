/** What grows has a bound: tables of clients and reports, the journal while the store fails, bodies in flight, time. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ClientRates, clientOf } from "../../src/server/collector/client-rates.ts";
import { OpenReports } from "../../src/server/collector/open-reports.ts";
import { RecentIds } from "../../src/server/collector/recent-ids.ts";
import { type Store, StoreProblem } from "../../src/store/store.ts";
import { measurement, Running } from "./running.ts";

const PATIENT = { timeout: 15_000 };

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

describe("tables", () => {
  const limits = { openReports: 1_000, openReportsPerClient: 32, reportMs: 3_600_000 };

  it("of reports keep 32 of one client that opens a million, and 1,000 of all", () => {
    const reports = new OpenReports(limits);
    let last: string | undefined;
    for (let n = 0; n < 1_000_000; n++) last = reports.open("one", "x", 0);
    expect(reports.size).toBe(32);
    expect(reports.has(last!, 1)).toBe(true);
    for (let n = 0; n < 5_000; n++) last = reports.open(`client-${n}`, "x", 1);
    expect([reports.size, last]).toEqual([1_000, undefined]);
    expect(reports.open("later", "x", 3_600_002)).toBeDefined();
    expect(reports.size).toBe(1);
  });

  it("of rates keep so many clients; a client has its minute's worth, and more as time goes by", () => {
    const rates = new ClientRates(60, 1_000);
    for (let n = 0; n < 100_000; n++) rates.take(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 0);
    expect(rates.size).toBeLessThanOrEqual(1_000);
    const answers = Array.from({ length: 61 }, () => rates.take("one", 0));
    expect(answers.filter((seconds) => seconds === 0)).toHaveLength(60);
    expect(answers.at(-1)).toBe(1);
    expect(rates.take("one", 1_000)).toBe(0);
  });

  it("take all addresses of one IPv6 site for one client", () => {
    expect(clientOf("2001:db8:1:2::3")).toBe(clientOf("2001:db8:1:ffff::9"));
    expect(clientOf("2001:db8:1::3")).not.toBe(clientOf("2001:db8:2::3"));
    expect(clientOf("::ffff:198.51.100.7")).toBe(clientOf("198.51.100.7"));
  });

  it("of measurements that came last keep no more than 100,000 of a million ids", () => {
    const recent = new RecentIds();
    const kept = Promise.resolve();
    for (let n = 0; n < 1_000_000; n++) recent.add(`id-${n}`, kept);
    expect(recent.size).toBeLessThanOrEqual(100_000);
    expect(recent.get("id-999999")).toBe(kept);
  });
});

it("refuses a client that is too quick, with the time to wait", async () => {
  running = await Running.start({ limits: { submissionsPerMinute: 3 } });
  const answers = [];
  for (let n = 0; n < 5; n++) answers.push(await running.submit(measurement(n)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
  expect(Number(answers[4]!.headers["retry-after"])).toBeGreaterThan(0);
  // Another address is another client.
  expect(await running.submit(measurement(6), { from: "127.0.0.2" })).toMatchObject({ status: 200 });
});

/** Fails until it is told not to. */
function failing(
  store: Store,
  isFailing: () => boolean,
  problem = (): Error => new StoreProblem("the disk is full"),
): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === "add" && isFailing()) return () => Promise.reject(problem());
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("while the store fails", () => {
  it("submissions are acknowledged until the journal has reached its bound, and nothing of them is lost", async () => {
    let fails = true;
    running = await Running.start(
      { limits: { journalBytes: 20_000, submissionsPerMinute: 10_000 } },
      (store) => failing(store, () => fails),
    );
    let acknowledged = 0;
    for (;;) {
      const { status, headers } = await running.submit(measurement(acknowledged));
      if (status !== 200) {
        expect([status, headers["retry-after"]]).toEqual([503, "30"]);
        break;
      }
      acknowledged++;
    }
    expect(acknowledged).toBeGreaterThan(10);
    await expect.poll(async () => (await running!.ask("/health")).status, PATIENT).toBe(503);
    expect(
      Number(/^brakelight_journal_bytes (\d+)/m.exec((await running.ask("/metrics")).text)![1]),
    ).toBeLessThanOrEqual(20_000);
    fails = false;
    await running.stored(acknowledged);
    await expect.poll(async () => (await running!.ask("/health")).status, PATIENT).toBe(200);
    await expect
      .poll(async () => (await running!.submit(measurement(acknowledged))).status, PATIENT)
      .toBe(200);
    expect(running.log.filter((line) => line.includes("the disk is full"))).toHaveLength(1);
  });

  it("the server ends, and the next one takes over what waits", async () => {
    const first = await Running.start({}, (store) => failing(store, () => true));
    for (let n = 0; n < 5; n++) await first.submit(measurement(n));
    await first.stop(true);
    running = await Running.start({ folder: first.folder });
    await running.stored(5);
  });

  it("a record that only the store refuses is put aside whole; those beside it are stored", async () => {
    let refused = 0;
    running = await Running.start(
      {},
      (store) =>
        new Proxy(store, {
          get(target, name) {
            if (name === "add")
              return (entries: Parameters<Store["add"]>[0]) => {
                const isBad = entries.observations.some(
                  ({ observation }) => observation.target === "site-3.example",
                );
                if (isBad) refused++;
                return isBad ? Promise.reject(new Error("bad value")) : target.add(entries);
              };
            const value: unknown = Reflect.get(target, name, target);
            return typeof value === "function" ? value.bind(target) : value;
          },
        }),
    );
    await Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => running!.submit(measurement(n))));
    await running.stored(6);
    expect(refused).toBeGreaterThan(0);
    const kept = readFileSync(join(running.folder, "journal/refused-by-store.jsonl"), "utf8");
    expect(JSON.parse(kept)).toMatchObject({ reason: "bad value", entry: { kind: "submission" } });
  });
});

describe("slow and broken-off clients", () => {
  it("hold nothing when they are gone, and are cut off after their time", async () => {
    running = await Running.start({ limits: { requestMs: 500, bytesInFlight: 100_000 } });
    const { port } = running.server;
    const head =
      "POST /api/v1/submit_measurement HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n";
    const begun = (): Promise<ReturnType<typeof connect>> =>
      new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
          socket.write(`${head}${"x".repeat(40_000)}`);
          resolve(socket);
        });
        socket.on("error", () => {});
      });
    const inFlight = async (): Promise<number> =>
      Number(/^brakelight_bodies_in_flight_bytes (\d+)/m.exec((await running!.ask("/metrics")).text)![1]);
    const sockets = [await begun(), await begun()];
    await expect.poll(inFlight, PATIENT).toBe(80_000);
    // No room for a third one.
    expect(await running.submit(measurement(1, { annotations: { x: "x".repeat(30_000) } }))).toMatchObject({
      status: 503,
    });
    sockets[0]!.destroy();
    await expect.poll(inFlight, PATIENT).toBe(40_000);
    await expect.poll(inFlight, { timeout: 45_000 }).toBe(0);
    expect(await running.submit(measurement(1))).toMatchObject({ status: 200 });
  });

  it("get so many connections each", async () => {
    running = await Running.start({ limits: { connectionsPerClient: 5 } });
    const { port } = running.server;
    let closed = 0;
    const sockets = await Promise.all(
      Array.from(
        { length: 9 },
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect(port, "127.0.0.1", () => resolve(socket));
            socket.on("error", () => {});
            socket.on("close", () => closed++);
          }),
      ),
    );
    await expect.poll(() => closed, PATIENT).toBe(4);
    for (const socket of sockets) socket.destroy();
  });
});
