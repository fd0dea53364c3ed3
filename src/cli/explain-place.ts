/**
 * At which hop a box acts: connections whose trigger reaches only so many hops (probe/explain/try-hops.ts), held against
 * each other (verdict/explain/smallest-hop.ts), and the routers that answered on the way.
 */
import type { Random } from "../base/random.ts";
import { NOT_SUPPORTED } from "../probe/explain/decoy-transfer.ts";
import { HopReplies } from "../probe/explain/hop-names.ts";
import type { Asked, Oracle } from "../probe/explain/oracle.ts";
import { hiddenTrigger, tryHops } from "../probe/explain/try-hops.ts";
import { agreed, countsOf } from "../verdict/explain/agreement.ts";
import { hopLadder, hopSentences } from "../verdict/explain/explain-sentences.ts";
import { coverName } from "../verdict/explain/foreign-letters.ts";
import { type HopAnswer, smallestHop } from "../verdict/explain/smallest-hop.ts";
import type { Rung } from "../verdict/verdict.ts";

export interface PlaceNames {
  readonly target: string;
  /** The server gets it where boxes see the target's. */
  readonly cover: string;
  readonly random: Random;
}

export interface PlaceTold {
  readonly hop?: number;
  /** Absent: no connection could be told. */
  readonly ladder?: readonly Rung[];
  readonly evidence: readonly string[];
}

export async function findPlace(oracle: Oracle, names: PlaceNames): Promise<PlaceTold> {
  const replies = HopReplies.open();
  const { answers, asked } = await tryHops(oracle, names.cover, names.target, hopsToTryAgain).finally(() =>
    replies?.finish(),
  );
  if (answers.every(({ answer }) => answer === "unsure")) return { evidence: [untoldPlace(asked)] };
  const routers = routersByHop(asked, replies?.finish() ?? new Map());
  const { hop, doubts } = await confirmed(oracle, names, answers);
  return {
    ...(hop === undefined ? {} : { hop }),
    ladder: hopLadder(answers, routers),
    evidence: [...hopSentences(answers, routers), ...doubts],
  };
}

/** What is doubtful, and once more the two that make the answer. */
function hopsToTryAgain(answers: readonly HopAnswer[]): number[] {
  const { hop, doubtful } = smallestHop(answers);
  const edge = hop === undefined ? [] : [hop - 1, hop].filter((limit) => limit > 0);
  const once = edge.filter((limit) => answers.filter(({ hopLimit }) => hopLimit === limit).length < 2);
  return [...new Set([...doubtful, ...once])];
}

function untoldPlace(asked: readonly Asked[]): string {
  return asked.some(({ outcome }) => outcome?.failure === NOT_SUPPORTED)
    ? "the place cannot be told here: it needs Linux, and a hello of one packet"
    : "the place: too few connections could be told";
}

/**
 * The hop, where both sides of its edge answered the same way twice, and where what only reaches it under another neutral name is not
 * acted on: something on the way that answers for the server makes any hello end there.
 */
async function confirmed(
  oracle: Oracle,
  { target, cover, random }: PlaceNames,
  answers: readonly HopAnswer[],
): Promise<{ hop?: number; doubts: string[] }> {
  const { hop } = smallestHop(answers);
  if (hop === undefined) return { doubts: [] };
  const isTwice = [hop - 1, hop].every((limit) => {
    const ours = answers.filter(({ hopLimit }) => hopLimit === limit).map(({ answer }) => answer);
    return limit === 0 || agreed(ours) !== undefined;
  });
  const neutral = isTwice
    ? await oracle.askUntilAgreed(hiddenTrigger(cover, coverName(target, random), hop))
    : [];
  if (agreed(neutral) === false) return { hop, doubts: [] };
  const doubt =
    !isTwice || oracle.isOver
      ? "the place: too few connections to be sure of it"
      : `the place cannot be told: a neutral name that only reached hop ${hop} is not surely spared (${countsOf(neutral)}); something on the way may answer for the server`;
  return { doubts: [doubt] };
}

function routersByHop(
  asked: readonly Asked[],
  byPort: ReadonlyMap<number, string>,
): ReadonlyMap<number, string> {
  const routers = new Map<number, string>();
  for (const { spec, outcome } of asked) {
    const router = outcome?.localPort === undefined ? undefined : byPort.get(outcome.localPort);
    if (router !== undefined && spec.decoy) routers.set(spec.decoy.hopLimit, router);
  }
  return routers;
}
