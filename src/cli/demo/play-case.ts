/**
 * Plays a sealed case and answers it: downloads of a target and of a control by turns, captured at the client; then the packets
 * are judged. The answer rests on the capture alone; other rules hear the speeds of the very same downloads.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../base/random.ts";
import { type RunningLaboratory, startLaboratory } from "../../lab/testing/laboratory.ts";
import type { VisitOutcome } from "../../lab/visit/visit.ts";
import { type MeteredFlow, type PeerAnswers, peersSay } from "../../verdict/peer-rules.ts";
import { judgeSides, type SidesJudgement } from "../../verdict/slowness/side-by-side.ts";
import { judgeCapture } from "./judge-captures.ts";
import { standInTheWay } from "./kernel-boxes.ts";
import { CLIENT, CONTROL, OBJECT_PATH, type SealedCase, TARGET } from "./sealed-case.ts";

export interface AnsweredCase {
  readonly sealed: SealedCase;
  readonly answer: SidesJudgement;
  readonly peers: PeerAnswers;
  readonly targetBps: readonly number[];
  readonly controlBps: readonly number[];
}

const ROUNDS = 3;
const ORDER_STREAM = 0x5bd1e995;
/** Beyond the ten seconds of silence that a freeze is known by. */
const TIMEOUT_MS = 12_000;

/** `onLab`: to end it before its time. `within`: where its files lie meanwhile. */
export async function playCase(
  sealed: SealedCase,
  onLab: (lab: RunningLaboratory) => void = () => {},
  within: string = tmpdir(),
): Promise<AnsweredCase> {
  const folder = mkdtempSync(join(within, "brakelight-case-"));
  const lab = await startCase(folder, sealed);
  onLab(lab);
  const flows = { [TARGET]: [] as MeteredFlow[], [CONTROL]: [] as MeteredFlow[] };
  try {
    await standInTheWay(lab, sealed);
    // A stream of its own: the seed beside this one is another case's.
    const random = seededRandom((sealed.seed ^ ORDER_STREAM) >>> 0);
    for (let round = 0; round < ROUNDS; round++) {
      const order = random.next() < 0.5 ? [TARGET, CONTROL] : [CONTROL, TARGET];
      for (const site of order)
        flows[site as keyof typeof flows].push(
          meteredOf(await lab.visit(CLIENT, site, OBJECT_PATH, TIMEOUT_MS)),
        );
    }
    await lab.stop();
    const { flows: judged, losses } = judgeCapture(join(folder, "captures", `${CLIENT}.pcap`));
    const answer = judgeSides(judged.get(TARGET) ?? [], judged.get(CONTROL) ?? [], losses);
    return {
      ...{ sealed, answer, peers: peersSay(flows[TARGET], flows[CONTROL]) },
      ...{ targetBps: speedsOf(flows[TARGET]), controlBps: speedsOf(flows[CONTROL]) },
    };
  } finally {
    await lab.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startCase(folder: string, { scenario, seed }: SealedCase) {
  const path = join(folder, "sealed.yaml");
  writeFileSync(path, scenario);
  return startLaboratory(path, { seed, out: folder, backend: "kernel" });
}

function meteredOf({ bytes, transferUs = 0, samples }: VisitOutcome): MeteredFlow {
  return { goodputBps: (8e6 * bytes) / Math.max(1, transferUs), samples: [...samples] };
}

function speedsOf(flows: readonly MeteredFlow[]): number[] {
  return flows.flatMap(({ goodputBps }) => goodputBps ?? []);
}
