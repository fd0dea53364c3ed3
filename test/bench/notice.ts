/**
 * How noticeable was it? In the laboratory's twitter-2021 a real Chromium at every client of every access network loads the
 * timeline of twitter.com, before the order and after it reached the boxes: mobile all, landline half of the devices.
 *   npm run bench:notice -- [--repeat N] [--lanes N] [--film DIR]
 * Scenario time is compressed, speeds are not.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { partName, spreadText } from "../../src/cli/notice-sentences.ts";
import { type RunningLaboratory, startLaboratory } from "../../src/lab/testing/laboratory.ts";
import { type PageLoad, pageLoadSchema } from "../../src/observation/page-load.ts";
import { spreadOfLoads } from "../../src/verdict/page/noticeability.ts";
import { PARTS } from "../../src/verdict/page/thresholds.ts";
import { PROGRAM } from "../program.ts";

const PAGE = "https://twitter.com/timeline";
const LANDLINES = [
  "obit-desk",
  "ufanet-desk",
  "ufanet-tv",
  "rostelecom-desk",
  "ertelecom-desk",
  "ertelecom-laptop",
];
const CLIENTS = {
  mobile: ["beeline-phone", "mts-phone", "tele2-phone", "megafon-phone"],
  landline: LANDLINES,
} as const;
/**
 * The story orders it on 10 March, for all mobile devices and three of six of the landline, and lifts it on landlines on
 * 17 May. At this speed the first day passes in less than a minute, and what follows is time enough.
 */
const SPEED = 1800;
const SLOWED_FROM = Date.parse("2021-03-11T00:00:00Z");
const LOOK_MS = 1000;
/** Of Xue et al. (IMC 2021): 383 kB at 130 to 150 kbit/s. */
const PAPER_US = [20.4e6, 23.6e6] as const;

const { values } = parseArgs({
  options: {
    repeat: { type: "string", default: "1" },
    lanes: { type: "string", default: "2" },
    film: { type: "string" },
  },
});
if (values.film !== undefined) mkdirSync(values.film, { recursive: true });

async function loadsOf(lab: RunningLaboratory, when: string): Promise<Map<string, PageLoad[]>> {
  const clients = Object.values(CLIENTS).flat();
  const left = [...clients];
  const found = new Map<string, PageLoad[]>();
  const lane = async (): Promise<void> => {
    for (let client = left.shift(); client !== undefined; client = left.shift()) {
      const film = values.film === undefined ? [] : ["--film", join(values.film, `${when}-${client}.html`)];
      const words = [
        "notice",
        PAGE,
        "--small-hello",
        "--repeat",
        values.repeat,
        "--json",
        "--watch",
        "90",
        ...film,
      ];
      const { stdout, stderr } = await lab.exec(client, [process.execPath, PROGRAM, ...words]);
      const loads = stdout
        .split("\n")
        .filter((line) => line.includes('"page-load"'))
        .map((line) => pageLoadSchema.parse(JSON.parse(line)));
      if (loads.length === 0) console.error(`${client}: ${stderr}`);
      found.set(client, loads);
      process.stderr.write(`${when}: ${client}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
  return found;
}

/** Before anything was ordered. */
const quiet = await startLaboratory("twitter-2021", { speed: 1 });
const free = await loadsOf(quiet, "before").finally(() => quiet.stop());
const lab = await startLaboratory("twitter-2021", { speed: SPEED });
try {
  while (Date.parse((await lab.status()).time) < SLOWED_FROM)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const slowed = await loadsOf(lab, "throttled");
  console.log(`SIMULATED: ${PAGE}, twitter-2021, ${lab.backend}, times of a first and a second visit`);
  for (const [kind, clients] of Object.entries(CLIENTS)) {
    for (const cache of ["cold", "warm"] as const) {
      for (const part of PARTS) {
        const of = (loads: Map<string, PageLoad[]>) =>
          spreadOfLoads(
            part,
            clients.flatMap((one) => loads.get(one) ?? []).filter((load) => load.cache === cache),
          );
        const [before, after] = [of(free), of(slowed)];
        const beyond = after.beyond
          .map(({ threshold, loads }) => `${loads} over ${threshold.atUs / 1e6} s`)
          .join(", ");
        console.log(
          `${kind}, ${cache}, ${partName(part)}: ${spreadText(before)} before (${before.loads}), ${spreadText(after)} throttled (${after.loads}; ${beyond})`,
        );
      }
    }
  }
  const transfers = (loads: Map<string, PageLoad[]>): number[] =>
    [...loads.values()]
      .flat()
      .flatMap(({ cache, largestPictureTransferUs }) =>
        cache === "cold" ? (largestPictureTransferUs ?? []) : [],
      );
  const [before, after] = [transfers(free), transfers(slowed)];
  const slow = after.filter((us) => us > 10e6);
  const inside = slow.filter((us) => us >= PAPER_US[0] && us <= PAPER_US[1]).length;
  console.log(
    `383 kB picture: ${seconds(slow)} throttled (${inside} of ${slow.length} in 20.4 to 23.6 s), ${seconds(before)} before, ` +
      `${after.length - slow.length} of ${after.length} not throttled after the order`,
  );
} finally {
  await lab.stop();
}

function seconds(us: readonly number[]): string {
  return us.length === 0
    ? "none"
    : `${(Math.min(...us) / 1e6).toFixed(2)} to ${(Math.max(...us) / 1e6).toFixed(2)} s`;
}
