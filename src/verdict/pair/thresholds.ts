/** Numbers that pairs are judged by; docs/method.md, "Pairs", says where each comes from. */

/** Chance of calling something throttled that is not, of the test by pairs alone. */
export const THROTTLED_ALPHA = 0.01;
/** Of the bet by size alone, or beside three flows at one rate, where the target is behind, though not by half: its chance is exactly even, not at most. */
export const BEHIND_ALPHA = 0.002;
/** Medians must be so much apart then: less is nothing that anybody would notice. */
export const BEHIND_FACTOR = 1.25;
/** Of calling something not slowed that is slowed to less than half. */
export const OK_ALPHA = 0.05;
export const LEAST_PAIRS = 10;
/** Flows that must each show the saw tooth, the freeze or the same break. */
export const LEAST_FLOWS = 3;
/** Pairs that must all show a break or a delay, each with a control that went well meanwhile. */
export const LEAST_ALIKE = 5;
/** Where flows are held to one rate and do not show how: so many pairs, all apart. */
export const LEAST_RAGGED = 6;
export const SLOWER_FACTOR = 2;
/** OONI's of 2023 were 30 to 100 times; the design's word for "delayed". */
export const DELAYED_FACTOR = 5;
/** Below it a slow handshake is no delay that anybody imposes. */
export const LEAST_DELAY_US = 800_000;
/** A control at least so much faster than the rate that the targets are held to. */
export const FASTER_FACTOR = 2.5;
/** Of so many controls one may be slower than FASTER_FACTOR says. */
export const CONTROLS_WITH_ODD_ONE = 8;
/** Rates of flows that one policer holds lie within this, largest over smallest. */
export const SAME_RATE_FACTOR = 1.4;
/** Deepest bucket that is thought possible: what moved no more than that says nothing. Published: 16 kB; of the laboratory: up to 256 kB. */
export const POSSIBLE_BURST_BYTES = 262_144;
/** Of one flow that is asked to show its rate. A limit beyond is told by the test by pairs alone: 4.8 Mbit/s. */
export const MOST_LARGER_BYTES = 1_200_000;
