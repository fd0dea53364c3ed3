/** The built probe on a drawn case, as a user would run it; and what the peers say of the same transfers. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Observation } from "../../src/observation/observation.ts";
import { runProbe } from "../probe/run-probe.ts";
import { CONTROL, type ProbeCase, SITES, TARGET } from "./probe-cases.ts";
import { type Peer, peersSay } from "./probe-peers.ts";

export interface ProbeLine {
  /** The verdict as printed; or what the program said instead. */
  readonly verdict?: Record<string, unknown>;
  readonly words?: string;
  /** Of the same transfers. */
  readonly peers?: Record<Peer, boolean>;
  readonly driverP99Us: number;
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
    `https://${TARGET}/film`,
    ...(drawn.hasControlServer ? ["--control", CONTROL] : []),
    ...(drawn.explains ? ["--explain"] : []),
    ...SITES.flatMap((site) => ["--site", `https://${site}/picture`]),
    ...["--insecure", "-o", report, "--seed", String(drawn.seed)],
  ];
  const trust = authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: join(folder, authority) };
  const { verdict, words } = await runProbe(host, args, folder, { ...trust, ...environment });
  return verdict === undefined ? { words } : { verdict, ...peersOf(report) };
}

function peersOf(report: string): Pick<ProbeLine, "peers"> {
  if (!existsSync(report)) return {};
  const { test_keys } = JSON.parse(readFileSync(report, "utf8")) as {
    test_keys: { observations: Observation[] };
  };
  return { peers: peersSay(test_keys.observations) };
}
