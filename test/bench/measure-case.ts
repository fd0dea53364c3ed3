/** The built probe on a drawn case, as a user would run it; and what the peers say of the same transfers. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Observation } from "../../src/observation/observation.ts";
import type { PeerAnswers } from "../../src/verdict/peer-rules.ts";
import { runProbe } from "../probe/run-probe.ts";
import { CONTROL, type ProbeCase, SITES, TARGET } from "./probe-cases.ts";
import { peersSayOf } from "./probe-peers.ts";

export interface ProbeLine {
  /** The verdict as printed; or what the program said instead. */
  readonly verdict?: Record<string, unknown>;
  readonly words?: string;
  /** Where bytes and seconds went, flow by flow. */
  readonly spent?: readonly SpentFlow[];
  /** Of the same transfers. */
  readonly peers?: PeerAnswers;
  /** 99th percentile of how late the programs of boxes and links were with a packet. Absent: there are none, or the case ended early. */
  readonly driverP99Us?: number;
}

/** One flow of the course; times in seconds since the first began. */
export interface SpentFlow {
  readonly what: string;
  readonly pair?: number;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** `host`: a namespace of this cell, or undefined beside relays. */
export async function measureCase(
  drawn: ProbeCase,
  folder: string,
  host: string | undefined,
  environment: NodeJS.ProcessEnv = {},
): Promise<Omit<ProbeLine, "driverP99Us">> {
  const report = join(folder, "report.jsonl");
  const authority = readdirSync(folder).find((name) => name.endsWith(".pem"));
  const args = [
    `https://${TARGET}${drawn.path}`,
    ...(drawn.hasControlServer ? ["--control", CONTROL] : []),
    ...(drawn.explains ? ["--explain"] : []),
    ...SITES.flatMap((site) => ["--site", `https://${site}/picture`]),
    ...["--insecure", "-o", report, "--seed", String(drawn.seed)],
  ];
  const trust = authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: join(folder, authority) };
  const { verdict, words } = await runProbe(host, args, folder, { ...trust, ...environment });
  return verdict === undefined ? { words } : { verdict, ...peersOf(report) };
}

function peersOf(report: string): Pick<ProbeLine, "spent" | "peers"> {
  if (!existsSync(report)) return {};
  const { test_keys } = JSON.parse(readFileSync(report, "utf8")) as {
    test_keys: { observations: Observation[] };
  };
  const { observations } = test_keys;
  return { spent: spentBy(observations), peers: peersSayOf(observations) };
}

function spentBy(observations: readonly Observation[]): SpentFlow[] {
  const startMs = Math.min(...observations.map(({ time }) => Date.parse(time!)));
  return observations.map(({ comparison, direction, role, pair, time, durationUs = 0, bytes = 0 }) => {
    const from = (Date.parse(time!) - startMs) / 1000;
    return {
      what: `${comparison} ${direction} ${role}`,
      ...(pair === undefined ? {} : { pair }),
      ...{ from, to: from + durationUs / 1e6, bytes },
    };
  });
}
