/**
 * A whole store judged at once, and single questions about much of it: what the process of its own does (judge-process.ts)
 * that `serve` starts, so that judging millions of measurements takes neither its time nor its memory.
 */
import { WEIGHTS_VERSION } from "../../incident/attribution/weights.ts";
import { affectedNetworks } from "../../incident/event.ts";
import type { Incident } from "../../incident/incident.ts";
import { lookInOrder } from "../../incident/look-for-incidents.ts";
import type { Store } from "../../store/store.ts";
import { METHOD_VERSION } from "../../verdict/verdict.ts";
import { changeRecord, changesAmong } from "../find-changes.ts";
import { readIncidentInput } from "../incident-input.ts";
import { incidentRecord } from "../incidents-record.ts";
import { networkRecords, weekOf } from "../serve-judgements.ts";
import { SNAPSHOT_VERSION, type Snapshot } from "./snapshot.ts";

export interface OfStore {
  readonly fingerprint: string;
  readonly measurements: number;
  readonly nowMs: number;
}

export async function judgeStore(
  store: Store,
  { fingerprint, measurements, nowMs }: OfStore,
): Promise<Omit<Snapshot, "tookMs">> {
  const { lastMs: lastMeasuredMs = 0 } = await store.summary();
  const week = weekOf(lastMeasuredMs, nowMs);
  const networks = await networkRecords(store, {});
  const { attempts, question } = await readIncidentInput(store, {}, nowMs);
  const all = lookInOrder(attempts, question);
  const found = changesAmong(attempts, question, week, all.incidents);
  const [first, last] = [attempts[0], attempts.at(-1)];
  return {
    ...{ version: SNAPSHOT_VERSION, methodVersion: METHOD_VERSION, weightsVersion: WEIGHTS_VERSION },
    ...{ fingerprint, measurements, readMs: nowMs, networks: [...networks] },
    incidents: all.incidents.map((told) => ({
      ...{ record: incidentRecord(told), countries: countriesOf(told.incident) },
    })),
    ...(first && { firstMs: first.timeMs }),
    ...(last && { lastMs: last.timeMs }),
    gaps: all.gaps.map(({ fromMs, toMs }) => ({ fromMs, toMs })),
    changes: {
      ...week,
      found: found.map((change) => ({
        ...{ record: { ...changeRecord(change) }, countries: countriesOf(change.incident) },
      })),
    },
  };
}

/** Those in which it affects a network, as questions about one country go by. */
function countriesOf({ findings }: Incident): string[] {
  return [...new Set(affectedNetworks(findings[0]!.event).flatMap(({ country }) => country ?? []))];
}
