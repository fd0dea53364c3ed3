/** What pairs of transfers say of one target, and whether more of them are wanted. */
import type { Comparison, TransferDirection } from "../../observation/observation.ts";
import type { Mechanism, Slowness, State } from "../../observation/vocabulary.ts";
import type { RuledOut } from "../verdict.ts";

export interface PairJudgement {
  readonly state: State;
  /** More pairs would not change it; false while measuring should go on. */
  readonly isSettled: boolean;
  /** Comparisons that need more pairs, in order of need; empty when settled. */
  readonly wanted: readonly {
    readonly comparison: Comparison;
    readonly direction: TransferDirection;
    /** In all. */
    readonly pairs: number;
    /** Payload of each flow; absent: as much as usual. */
    readonly bytes?: number;
    /** Not pairs, but looks at the control while nothing else runs. */
    readonly isAlone?: boolean;
    /** No more pairs at once than this, and nothing beside them: side by side, flows take each other's speed. */
    readonly atOnce?: number;
    /** Its arms take turns, and nothing at all runs beside them. */
    readonly isQuiet?: boolean;
    /** An answer of each will do: what is late, or breaks, is told by no speed. */
    readonly isBrief?: boolean;
  }[];
  readonly slowness?: Slowness;
  readonly mechanisms: readonly Mechanism[];
  readonly direction?: TransferDirection | "both";
  /** What flows of the target moved at; of IP packets. Whether a box's rate is told by it is another question. */
  readonly heldBps?: number;
  /** What they had moved when they met that rate. */
  readonly heldBurstBytes?: number;
  /** Of IP packets: payload with its headers. */
  readonly rateBps?: number;
  readonly rateLowBps?: number;
  readonly rateHighBps?: number;
  readonly burstBytes?: number;
  readonly targetBps?: number;
  readonly controlBps?: number;
  readonly confidence?: number;
  /** Judged without a server of ours: the name as the trigger is not proven. */
  readonly isUnpaired?: boolean;
  /** The control's address no longer tells anything; another one would. */
  readonly isTainted?: boolean;
  /** What it is if packets show the limit that progress does not; all else was shown. */
  readonly ifLimited?: PairJudgement;
  /** Narrow fits to the packets of several flows agree on the rate. */
  readonly isRateAgreed?: boolean;
  readonly evidence: readonly string[];
  readonly ruledOut: readonly RuledOut[];
}

export function withoutRate(judgement: PairJudgement): PairJudgement {
  const {
    rateBps: _,
    rateLowBps: __,
    rateHighBps: ___,
    burstBytes: ____,
    isRateAgreed: _____,
    ...rest
  } = judgement;
  return rest;
}
