/** Where `serve` keeps what it judged: beside the store's file; of a cluster, in the data folder of this machine. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Store } from "../../store/store.ts";
import { dataFolder, STORE_FILE } from "../data-folder.ts";
import { judgementsOf } from "../serve-judgements.ts";
import { isClusterAddress } from "../store-option.ts";
import { startJudging } from "./judge-process.ts";
import { KeptJudgements } from "./kept-judgements.ts";

const NAME_LENGTH = 12;

export interface JudgingChoices {
  /** As the user named it. */
  readonly place: string | undefined;
  readonly everyMs: number;
  readonly onTrouble: (message: string) => void;
}

export function keepJudging(store: Store, { place, everyMs, onTrouble }: JudgingChoices): KeptJudgements {
  const isCluster = place !== undefined && isClusterAddress(place);
  const base = isCluster ? join(dataFolder(), `cluster-${nameOf(store.address)}`) : store.address;
  const where = { store, place: place ?? join(dataFolder(), STORE_FILE), folder: `${base}.judging` };
  return new KeptJudgements({
    ...{ store, direct: judgementsOf(store), path: `${base}.judged`, everyMs, onTrouble },
    judge: (request, times) => startJudging(where, request, times),
  });
}

function nameOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, NAME_LENGTH);
}
