/**
 * A checked file becomes the Scenario record: defaults that depend on other fields, times after the start made absolute,
 * crowds of sites spelled out, references looked up.
 */
import type { RuleList } from "../../rules/rule.ts";
import { MAX_HOPS } from "../topology/addressing.ts";
import { buildStory } from "./build-story.ts";
import { findProblem } from "./check-scenario.ts";
import type { ScenarioProblem } from "./read-scenario.ts";
import type {
  AccessNetwork,
  BoxPlace,
  Client,
  HostingNetwork,
  LinkQuality,
  Scenario,
  Site,
} from "./scenario.ts";
import type { ScenarioFile } from "./scenario-schema.ts";

export type Built<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ScenarioProblem };

type NetworkEntry = ScenarioFile["networks"][number];
type HostingEntry = ScenarioFile["hosting"][number];
type BoxEntry = Omit<NonNullable<NetworkEntry["box"]>, "hop">;
type LinkEntry = HostingEntry["link"];

const DEFAULT_HOPS = 6;
/** A router's queue holds about this much time at its link's rate (tail drop; RFC 7567, section 1). */
const QUEUE_S = 0.05;
const MIN_QUEUE_BYTES = 16_000;

export function buildScenario(
  file: ScenarioFile,
  rules: Readonly<Record<string, RuleList>>,
): Built<Scenario> {
  const startMs = "ms" in file.start ? file.start.ms : Number.NaN;
  if (Number.isNaN(startMs))
    return { ok: false, problem: { reason: "is no date and time", path: ["start"] } };
  const scenario: Scenario = {
    name: file.name,
    title: file.title,
    seed: file.seed,
    startMs,
    endMs: "ms" in file.end ? file.end.ms : startMs + file.end.afterStartMs,
    networks: file.networks.map(accessNetwork),
    hosting: file.hosting.map(hostingNetwork),
    sites: [...file.sites.map(siteOf), ...file.crowds.flatMap(crowdSites)],
    rules,
    ipv6: file.ipv6,
    story: buildStory(file, startMs),
    ...(file.population ? { population: file.population } : {}),
  };
  const problem = findProblem(scenario);
  return problem ? { ok: false, problem } : { ok: true, value: scenario };
}

function accessNetwork(entry: NetworkEntry): AccessNetwork {
  const { access } = entry;
  const box = entry.box && { ...boxPlace(entry.box), hop: entry.box.hop };
  const hops =
    entry.hops ?? Math.min(MAX_HOPS, Math.max(DEFAULT_HOPS, box?.hop ?? 1, entry.blocker?.hop ?? 1));
  const direction = (rate: number | undefined): LinkQuality => linkQuality({ ...access, rate });
  return {
    name: entry.name,
    kind: entry.kind,
    asn: entry.asn,
    country: entry.country,
    hops,
    up: direction(access.up),
    down: direction(access.down),
    trunk: linkQuality(entry.trunk),
    ...(box ? { box } : {}),
    ...(entry.blocker ? { blocker: entry.blocker } : {}),
    clients: entry.clients.map((client, index) => clientOf(client, index, box?.devices)),
  };
}

function hostingNetwork(entry: HostingEntry): HostingNetwork {
  return {
    name: entry.name,
    asn: entry.asn,
    country: entry.country,
    link: linkQuality(entry.link),
    addresses: entry.addresses,
    ...(entry.box ? { box: { ...boxPlace(entry.box), hop: 1 } } : {}),
    clients: entry.clients.map((client, index) => clientOf(client, index, undefined)),
  };
}

function boxPlace(entry: BoxEntry): Omit<BoxPlace, "hop"> {
  return {
    devices: entry.devices,
    variant: entry.variant,
    reassembles: entry.reassembles,
    idleMs: entry.idle,
    ...(entry.rules === undefined ? {} : { rules: entry.rules }),
  };
}

/** Clients are spread over a box's devices in turn, unless they say otherwise. */
function clientOf(
  entry: NetworkEntry["clients"][number],
  index: number,
  devices: number | undefined,
): Client {
  if (devices === undefined || entry.device === "none") return { name: entry.name };
  return { name: entry.name, device: entry.device ?? index % devices };
}

function linkQuality({
  rate,
  queue,
  delay,
  jitter,
  loss,
}: Omit<LinkEntry, "rate"> & { rate?: number | undefined }): LinkQuality {
  const queueBytes = queue ?? Math.max(MIN_QUEUE_BYTES, Math.round(((rate ?? 0) / 8) * QUEUE_S));
  return {
    ...(rate === undefined ? {} : { rateBps: rate }),
    queueBytes,
    delayUs: delay,
    jitterUs: jitter,
    loss,
  };
}

function siteOf({ address, ...entry }: ScenarioFile["sites"][number]): Site {
  return { ...entry, ...(address === undefined ? {} : { address }) };
}

function crowdSites({ count, name, ...rest }: ScenarioFile["crowds"][number]): Site[] {
  return Array.from({ length: count }, (_, index) => ({
    ...rest,
    name: name.replace("%", String(index + 1)),
  }));
}
