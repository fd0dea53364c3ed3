/**
 * `npm run bench:probe -- --minutes 60 --lanes 2 [--seed 1] [--kind healthy,congestion] [--file results.jsonl]`: the probe on drawn cases of the
 * laboratory, against their truth. Results are appended to the file and counted over all of it, so that a run goes on
 * where the last one ended; `--backend relay` draws the same cases without namespaces, for their states. A case in which the box's driver was later than 5 ms is thrown away and counted.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { median } from "../../src/stats/quantile.ts";
import { PEERS } from "../../src/verdict/peer-rules.ts";
import { runInCell, runOutside } from "../lab/in-cell.ts";
import { codeHash } from "./code-hash.ts";
import { compileCells } from "./compiled-cells.ts";
import type { ProbeLine } from "./measure-case.ts";
import { isBurstOutlasted } from "./probe-burst.ts";
import { drawProbeCase, PROBE_KINDS, type ProbeKind, type ProbeTruth } from "./probe-cases.ts";
import { wilson } from "./probe-interval.ts";

const MOST_DRIVER_DELAY_US = 5000;
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    lanes: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    file: { type: "string", default: "bench-probe.jsonl" },
    kind: { type: "string" },
    backend: { type: "string", default: "kernel" },
    all: { type: "boolean", default: false },
    show: { type: "boolean", default: false },
  },
});

interface Result extends ProbeLine {
  readonly seed: number;
  readonly number: number;
  readonly kind: ProbeKind;
  readonly hasControlServer: boolean;
  readonly explains: boolean;
  /** Of the code that measured and judged. */
  readonly code: string;
  readonly backend: string;
  readonly truth: ProbeTruth;
}

const asked = values.kind === undefined ? undefined : new Set(values.kind.split(","));
const isRelay = values.backend === "relay";
const cells = isRelay ? undefined : compileCells();
const path = values.file;
const seed = Number(values.seed);
// Of the command line what the probe is made of; what judges sets and what other commands say has no part in it.
const code = codeHash(
  ["src/probe", "src/verdict", "src/stats", "src/cli"],
  /^src\/(probe|stats|cli\/probe|verdict\/(?!set\/|page\/|russian\/|slowness\/(?:side-by-side|loss-events)))/,
);
const known: Result[] = existsSync(path)
  ? readFileSync(path, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Result)
  : [];
const untilMs = Date.now() + Number(values.minutes) * 60_000;
let next = known
  .filter((one) => one.seed === seed && (one.backend ?? "kernel") === values.backend)
  .reduce((most, { number }) => Math.max(most, number + 1), 0);

async function lane(): Promise<void> {
  while (Date.now() < untilMs) {
    const drawn = drawProbeCase(seed, next++);
    if (asked !== undefined && !asked.has(drawn.kind)) continue;
    const { number, kind, hasControlServer, explains, truth } = drawn;
    try {
      const [line] = isRelay
        ? await runOutside<ProbeLine>("../bench/probe-relays.ts", drawn)
        : await runInCell<ProbeLine>("../bench/probe-cell.ts", drawn, cells);
      const { backend } = values;
      const result: Result = {
        seed,
        number,
        kind,
        hasControlServer,
        explains,
        code,
        backend,
        truth,
        ...line!,
      };
      known.push(result);
      appendFileSync(path, `${JSON.stringify(result)}\n`);
      if (values.show) show(result);
    } catch (error) {
      console.error(`case ${number} (${kind}): ${(error as Error).message.split("\n")[0]}`);
    }
  }
}

function show({ number, kind, hasControlServer, truth, verdict, words, driverP99Us }: Result): void {
  const { state, slowness, rateBps, seconds, bytes, evidence } = verdict ?? {};
  const rate = (bps: unknown): string => (typeof bps === "number" ? `${Math.round(bps / 1000)}k` : "-");
  console.log(
    `${number} ${kind}${hasControlServer ? " +server" : ""}: truth ${truth.state} ${truth.slowness ?? ""} ${rate(truth.rateBps)} ` +
      `bucket ${truth.burstBytes ?? "-"}; said ${state ?? words?.trim()} ${slowness ?? ""} ${rate(rateBps)}; ` +
      `${seconds} s, ${bytes} bytes, driver ${driverP99Us} us; ${(evidence as string[] | undefined)?.[0] ?? ""}`,
  );
}

await Promise.all(Array.from({ length: Number(values.lanes) }, lane));

const ofBackend = known.filter(({ backend = "kernel" }) => backend === values.backend);
const ofThis = values.all ? ofBackend : ofBackend.filter((one) => one.code === code);
const kept = ofThis.filter(({ driverP99Us }) => driverP99Us <= MOST_DRIVER_DELAY_US);
console.log(
  `\n${kept.length} cases, ${ofThis.length - kept.length} thrown away (driver later than 5 ms), ` +
    `${ofBackend.length - ofThis.length} of other code left out (--all counts them)\n`,
);
const states = ["ok", "throttled", "blocked", "down", "insufficient", "invalid", "nothing"];
console.log(["kind".padEnd(26), "n".padStart(5), ...states.map((state) => state.padStart(13))].join(""));
for (const kind of new Set(PROBE_KINDS)) {
  for (const hasControlServer of [true, false]) {
    const ours = kept.filter((one) => one.kind === kind && one.hasControlServer === hasControlServer);
    if (ours.length === 0) continue;
    const counts = states.map(
      (state) => ours.filter((one) => (one.verdict?.["state"] ?? "nothing") === state).length,
    );
    const name = `${kind}${hasControlServer ? ", server" : ""}`;
    console.log(
      [
        name.padEnd(26),
        String(ours.length).padStart(5),
        ...counts.map((count) => String(count).padStart(13)),
      ].join(""),
    );
  }
}

function share(what: string, hits: number, all: number): void {
  if (all === 0) return;
  const [low, high] = wilson(hits, all);
  console.log(
    `${what.padEnd(66)} ${hits}/${all} (${((100 * hits) / all).toFixed(1)} %, 95 % ${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)})`,
  );
}

function isCutOff(one: Result): boolean {
  return stateOf(one) === "blocked" || stateOf(one) === "down";
}

function hopOf({ verdict }: Result): unknown {
  const { throttlerHop, blockerHop } = (verdict?.["place"] ?? {}) as Record<string, unknown>;
  return throttlerHop ?? blockerHop;
}

function patternOf({ verdict }: Result): unknown {
  return (verdict?.["trigger"] as { pattern?: unknown } | undefined)?.pattern;
}

const stateOf = (one: Result): unknown => one.verdict?.["state"];
const negative = kept.filter(({ truth }) => truth.state === "ok" || truth.state === "down");
const fine = kept.filter(({ truth }) => truth.state === "ok");
const blocked = kept.filter(({ truth }) => truth.state === "blocked");
const throttled = kept.filter(({ truth }) => truth.state === "throttled");
console.log("");
share(
  "negative cases called throttled",
  negative.filter((one) => stateOf(one) === "throttled").length,
  negative.length,
);
share(
  "blocked or frozen called throttled",
  blocked.filter((one) => stateOf(one) === "throttled").length,
  blocked.length,
);
share("nothing wrong, called blocked or down", fine.filter(isCutOff).length, fine.length);
share("throttled, called blocked or down", throttled.filter(isCutOff).length, throttled.length);
const wrong = [...blocked, ...throttled, ...negative.filter(({ truth }) => truth.state === "down")];
share("something wrong, called ok", wrong.filter((one) => stateOf(one) === "ok").length, wrong.length);
const explained = kept.filter(({ explains, verdict }) => explains && verdict?.["trigger"] !== undefined);
share(
  "hop right, of those explained",
  explained.filter((one) => hopOf(one) === one.truth.hop).length,
  explained.length,
);
share(
  "pattern right, of those explained",
  explained.filter((one) => patternOf(one) === one.truth.pattern).length,
  explained.length,
);
for (const hasControlServer of [true, false]) {
  const ours = throttled.filter((one) => one.hasControlServer === hasControlServer);
  const found = ours.filter((one) => stateOf(one) === "throttled");
  const beside = hasControlServer ? "with a control server" : "without one";
  share(`throttled found, ${beside}`, found.length, ours.length);
  const outlasting = ours.filter(({ spent = [], truth }) => isBurstOutlasted(spent, truth, hasControlServer));
  share(
    `of those whose burst was outlasted, ${beside}`,
    outlasting.filter((one) => stateOf(one) === "throttled").length,
    outlasting.length,
  );
  share(
    `slowness right of those, ${beside}`,
    found.filter((one) => one.verdict!["slowness"] === one.truth.slowness).length,
    found.length,
  );
  const rated = found.filter(({ truth }) => truth.rateBps !== undefined);
  const near = rated.filter(
    ({ truth, verdict }) => Math.abs(Number(verdict!["rateBps"] ?? Number.NaN) / truth.rateBps! - 1) <= 0.05,
  );
  share(`rate within 5 %, ${beside}`, near.length, rated.length);
}
console.log("");
const targeted = throttled.filter(({ peers }) => peers !== undefined);
const others = negative.filter(({ peers }) => peers !== undefined);
const rules: [string, (one: Result) => boolean][] = [
  ["Brakelight", (one) => stateOf(one) === "throttled"],
  ...PEERS.map((peer): [string, (one: Result) => boolean] => [peer, (one) => one.peers![peer]]),
];
for (const [name, says] of rules) {
  share(`${name}: slowed though nothing is`, others.filter(says).length, others.length);
  share(`${name}: throttled and missed`, targeted.filter((one) => !says(one)).length, targeted.length);
}
const cost = (ours: readonly Result[], what: string): void => {
  if (ours.length === 0) return;
  const seconds = ours.map(({ verdict }) => Number(verdict?.["seconds"] ?? 0));
  const megabytes = ours.map(({ verdict }) => Number(verdict?.["bytes"] ?? 0) / 1e6);
  console.log(
    `cost of a verdict, ${what}: median ${median(seconds).toFixed(1)} s, ${median(megabytes).toFixed(2)} MB`,
  );
};
cost(
  throttled.filter((one) => stateOf(one) === "throttled"),
  "throttled",
);
cost(
  kept.filter(({ kind }) => kind === "healthy"),
  "healthy",
);
cost(
  kept.filter(({ kind }) => kind === "healthy-50"),
  "healthy, 50 Mbit/s",
);
