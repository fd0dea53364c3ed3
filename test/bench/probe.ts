/**
 * `npm run bench:probe -- --minutes 60 --lanes 2 [--seed 1] [--kind healthy,congestion] [--file results.jsonl]`: the probe on drawn cases of the
 * laboratory, against their truth. Results are appended to the file and counted over all of it, so that a run goes on
 * where the last one ended; `--backend relay` draws the same cases without namespaces, for their states. A case in which
 * the 99th percentile of how late boxes or links let a packet go is above 5 ms is thrown away and counted; one that could
 * not be carried out is counted as "nothing".
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runInCell, runOutside, whyNoLab } from "../lab/in-cell.ts";
import { codeHash } from "./code-hash.ts";
import { compileCells } from "./compiled-cells.ts";
import type { ProbeLine } from "./measure-case.ts";
import { drawProbeCase, type ProbeCase } from "./probe-cases.ts";
import { type ProbeKind, readKinds } from "./probe-kinds.ts";
import type { ProbeResult } from "./probe-result.ts";
import { printSummary } from "./probe-summary.ts";

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

const isRelay = values.backend === "relay";
const kinds = readKinds(values.kind, isRelay);
if (typeof kinds === "string") {
  console.error(kinds);
  process.exit(2);
}
// Every case would fail at once, and be counted.
if (!isRelay && whyNoLab !== undefined) {
  console.error(whyNoLab);
  process.exit(2);
}
const cells = isRelay ? undefined : compileCells();
const path = values.file;
const seed = Number(values.seed);
// Of the command line what the probe is made of; what judges sets and what other commands say has no part in it.
const code = codeHash(
  ["base", "cli", "host", "observation", "packet", "probe", "stats", "transfer", "verdict"].map(
    (name) => `src/${name}`,
  ),
  /^src\/(base|host|observation|packet|probe|stats|transfer|cli\/probe|verdict\/(?!set\/|page\/|russian\/|slowness\/(?:side-by-side|loss-events)))/,
);
const known: ProbeResult[] = existsSync(path)
  ? readFileSync(path, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ProbeResult)
  : [];
const untilMs = Date.now() + Number(values.minutes) * 60_000;
let next = known
  .filter((one) => one.seed === seed && (one.backend ?? "kernel") === values.backend)
  .reduce((most, { number }) => Math.max(most, number + 1), 0);

async function lane(drawnKinds: ReadonlySet<ProbeKind>): Promise<void> {
  while (Date.now() < untilMs) {
    const drawn = drawProbeCase(seed, next++);
    if (!drawnKinds.has(drawn.kind)) continue;
    const { number, kind, hasControlServer, explains, truth } = drawn;
    const { backend } = values;
    const line = await measure(drawn).catch(
      (error: Error): ProbeLine => ({ words: error.message.split("\n")[0]! }),
    );
    const result: ProbeResult = {
      ...{ seed, number, kind, hasControlServer, explains, code, backend, truth },
      ...line,
    };
    known.push(result);
    appendFileSync(path, `${JSON.stringify(result)}\n`);
    if (values.show) show(result);
  }
}

async function measure(drawn: ProbeCase): Promise<ProbeLine> {
  const [line] = isRelay
    ? await runOutside<ProbeLine>("../bench/probe-relays.ts", drawn)
    : await runInCell<ProbeLine>("../bench/probe-cell.ts", drawn, cells);
  if (line === undefined) throw new Error("the case told nothing");
  return line;
}

function show({ number, kind, hasControlServer, truth, verdict, words, driverP99Us }: ProbeResult): void {
  const { state, slowness, rateBps, seconds, bytes, evidence } = verdict ?? {};
  const rate = (bps: unknown): string => (typeof bps === "number" ? `${Math.round(bps / 1000)}k` : "-");
  console.log(
    `${number} ${kind}${hasControlServer ? " +server" : ""}: truth ${truth.state} ${truth.slowness ?? ""} ${rate(truth.rateBps)} ` +
      `bucket ${truth.burstBytes ?? "-"}; said ${state ?? words?.trim()} ${slowness ?? ""} ${rate(rateBps)}; ` +
      `${seconds} s, ${bytes} bytes, driver ${driverP99Us ?? "-"} us; ${(evidence as string[] | undefined)?.[0] ?? ""}`,
  );
}

await Promise.all(Array.from({ length: Number(values.lanes) }, () => lane(kinds)));

const ofBackend = known.filter(({ backend = "kernel" }) => backend === values.backend);
const ofThis = values.all ? ofBackend : ofBackend.filter((one) => one.code === code);
if (!values.all)
  console.log(`\n${ofBackend.length - ofThis.length} of other code left out (--all counts them)`);
printSummary(ofThis);
