/**
 * A visit's outcome as an Observation: what a plain user's machine would have recorded of it.
 */
import { createHash } from "node:crypto";
import { bitsPerSecond } from "../../base/units.ts";
import type { Observation } from "../../observation/observation.ts";
import type { AccessNetwork, HostingNetwork } from "../scenario/scenario.ts";
import type { VisitOutcome, VisitRequest } from "../visit/visit.ts";

const MAX_SAMPLES = 1000;

export interface VisitRecord {
  readonly request: VisitRequest;
  readonly outcome: VisitOutcome;
  /** Scenario clock at its start, ms. */
  readonly atMs: number;
  readonly network: AccessNetwork | HostingNetwork;
  readonly role: Observation["role"];
  readonly hostingAsn: number | undefined;
  /** /24 of the client, as it may be stored. */
  readonly prefix: string;
  readonly runId: string;
}

export function visitObservation(record: VisitRecord): Observation {
  const { request, outcome, network } = record;
  const id = [record.runId, request.client, request.name, request.path, record.atMs].join(" ");
  const measurementId = `lab-${createHash("sha256").update(id).digest("hex").slice(0, 24)}`;
  const accessKind =
    "kind" in network ? (network.kind === "abroad" ? "hosting" : network.kind) : ("hosting" as const);
  return {
    measurementId,
    origin: "simulated",
    role: record.role,
    time: new Date(record.atMs).toISOString(),
    asn: network.asn,
    networkName: network.name,
    prefix: record.prefix,
    country: network.country,
    accessKind,
    target: request.name,
    ...(outcome.address === undefined ? {} : { address: outcome.address }),
    ...(record.hostingAsn === undefined ? {} : { hostingAsn: record.hostingAsn }),
    protocol: request.port === 80 ? "http" : "https",
    trigger: { kind: request.port === 80 ? "host" : "sni", value: request.name },
    ...(outcome.transferUs === undefined
      ? {}
      : {
          bytes: outcome.bytes,
          durationUs: outcome.transferUs,
          goodputBps: bitsPerSecond(outcome.bytes, outcome.transferUs),
          samples: thinned(outcome.samples),
        }),
    ...(outcome.rttUs === undefined ? {} : { rttUs: outcome.rttUs }),
    ...(outcome.operation === undefined ? {} : { operation: outcome.operation }),
    ...(outcome.failure === undefined ? {} : { failure: outcome.failure }),
  };
}

/** Every n-th sample, and the last. */
function thinned<T>(samples: readonly T[]): T[] {
  const step = Math.ceil(samples.length / MAX_SAMPLES);
  return samples.filter((_, index) => index % step === 0 || index === samples.length - 1);
}
