/**
 * The weights of attribution, version 2: for each thing that can be seen, how likely it is under each answer, against the
 * answer that makes it likeliest. They are judgements on how networks work and on the public record of earlier events, fixed
 * before attribution was first run on anything; while detection was built, the laboratory's failures had been looked at.
 * docs/method.md, "Attribution", gives the reasons at more length.
 * 1: as expected; 0.3: unusual; 0.1: rare; 0.05: hardly ever; 0.02: next to never.
 */
import type { Likelihoods } from "./questions.ts";

/** 2: slowness without one common rate speaks for a filter less than slowness with one. */
export const WEIGHTS_VERSION = "2";

interface Weights {
  readonly where?: Likelihoods<"where">;
  readonly what?: Likelihoods<"what">;
  readonly linked?: Likelihoods<"linked">;
}

const where = (
  site: number,
  hosting: number,
  access: number,
  upstream: number,
  names: number,
): Likelihoods<"where"> => ({
  ...{ site, "hosting-network": hosting, "access-operator": access, upstream, "name-service": names },
});
const what = (
  equipment: number,
  box: number,
  order: number,
  load: number,
  route: number,
  policy: number,
): Likelihoods<"what"> => ({
  ...{ equipment, "filtering-box": box, "rule-or-order": order, load, route, policy },
});
const linked = (yes: number, no: number): Likelihoods<"linked"> => ({ linked: yes, "not-linked": no });

export const WEIGHTS = {
  // Who is affected, by name. A device or a link knows no names; a filter knows little else.
  "whole-host": { where: where(0.05, 1, 0.2, 1, 0.1), what: what(1, 1, 0.2, 1, 1, 0.1) },
  "one-name-of-host": { where: where(1, 0.05, 1, 0.05, 0.5), what: what(0.3, 0.1, 1, 0.5, 0.02, 1) },
  "some-names-of-host": { where: where(0.05, 0.05, 1, 0.02, 0.3), what: what(0.02, 0.1, 1, 0.05, 0.02, 1) },
  "several-hosts": { where: where(0.02, 0.02, 1, 0.1, 0.3), what: what(0.05, 0.3, 1, 0.05, 0.2, 1) },
  // Whose users are affected.
  "from-everywhere": { where: where(1, 1, 0.05, 0.7, 0.5), what: what(1, 1, 0.1, 1, 1, 0.1) },
  "from-all-of-one-country": { where: where(0.7, 0.7, 1, 0.7, 0.7) },
  "from-some-operators": { where: where(0.05, 0.05, 1, 0.3, 0.3), what: what(0.2, 0.5, 1, 0.1, 0.5, 1) },
  "not-abroad": { where: where(0.02, 0.05, 1, 0.3, 0.3), what: what(0.1, 0.3, 1, 0.1, 0.3, 1) },
  "one-operator": { where: where(0.02, 0.02, 1, 0.1, 0.2), what: what(1, 1, 0.3, 0.5, 1, 0.3) },
  // From inside the hosting network.
  "inside-works": { where: where(0.02, 1, 0.5, 1, 0.3), what: what(1, 1, 1, 0.5, 1, 1) },
  "inside-fails-too": { where: where(1, 0.7, 0.1, 0.05, 0.3), what: what(1, 0.3, 0.2, 1, 0.1, 0.2) },
  "inside-cut-off": { where: where(0.02, 1, 0.1, 1, 0.1) },
  // How it fails.
  "no-answer-to-connect": { where: where(0.7, 1, 0.7, 1, 0.02), what: what(1, 0.7, 0.3, 0.5, 0.7, 0.3) },
  "refused-at-connect": { where: where(0.7, 1, 0.7, 0.3, 0.02), what: what(0.15, 1, 0.3, 0.1, 0.05, 0.3) },
  "cut-after-hello": { where: where(0.1, 0.5, 1, 0.3, 0.02), what: what(0.05, 0.7, 1, 0.1, 0.02, 1) },
  "silent-after-hello": { where: where(0.1, 0.3, 1, 0.3, 0.02), what: what(0.1, 0.5, 1, 0.2, 0.05, 1) },
  "answered-by-a-page": { where: where(0.2, 0.1, 1, 0.1, 0.1), what: what(0.02, 0.2, 1, 0.02, 0.02, 1) },
  "stopped-after-bytes": { where: where(0.05, 0.1, 1, 0.1, 0.02), what: what(0.05, 0.3, 1, 0.05, 0.02, 1) },
  "no-route": { where: where(0.05, 0.3, 0.2, 1, 0.02), what: what(0.3, 0.05, 0.05, 0.02, 1, 0.05) },
  "server-errors": { where: where(1, 0.3, 0.02, 0.02, 0.02), what: what(0.5, 0.02, 0.02, 1, 0.02, 0.02) },
  "name-not-found": { where: where(0.1, 0.1, 0.5, 0.05, 1), what: what(1, 0.5, 1, 0.5, 0.1, 1) },
  "slow-at-one-rate": { where: where(0.05, 0.05, 1, 0.1, 0.02), what: what(0.02, 0.1, 1, 0.02, 0.02, 1) },
  "slow-beside-controls": { where: where(0.7, 0.7, 1, 0.5, 0.02), what: what(0.3, 0.3, 1, 1, 0.3, 1) },
  "late-answers": { where: where(0.3, 0.2, 1, 0.2, 0.1), what: what(0.1, 0.2, 1, 0.3, 0.1, 1) },
  // How the path behaves for what still gets through.
  "works-now-and-then": { where: where(1, 1, 0.3, 0.5, 0.3), what: what(0.2, 0.3, 0.1, 1, 0.1, 0.1) },
  "longer-round-trips": { where: where(0.5, 1, 0.5, 1, 0.1), what: what(0.1, 0.2, 0.05, 1, 0.3, 0.05) },
  "same-round-trips": { what: what(1, 1, 1, 0.15, 0.7, 1) },
  // What was announced.
  "names-announced": { what: what(0.3, 0.3, 0.3, 0.3, 0.3, 1), linked: linked(1, 0.05) },
  "names-not-announced": { what: what(1, 1, 1, 1, 1, 0.05) },
  // Timing alone: at most 2 to 1.
  "soon-after-order": { linked: linked(1, 0.5) },
  "not-near-an-order": { linked: linked(0.5, 1) },
  // Boxes and rules that an order uses as well.
  "same-operators-as-order": { linked: linked(1, 0.15) },
  "other-operators-than-order": { linked: linked(0.2, 1) },
  "names-fit-orders-pattern": { linked: linked(1, 0.03) },
  "began-and-ended-with-order": { linked: linked(1, 0.1) },
} as const satisfies Readonly<Record<string, Weights>>;
export type EvidenceId = keyof typeof WEIGHTS;
