/**
 * The pattern of names that a filter must have matched, out of names that were hit and names that were not: the shortest
 * piece of text that all hit names have in common and no spared name has, anchored where the spared names ask for it.
 * Written as rule lists write it: `*t.co*` anywhere, `*twitter.com` at the end, `t.co` as it is.
 */
export interface NamePattern {
  /** As rule lists write it. */
  readonly text: string;
  readonly piece: string;
  readonly anchor: "anywhere" | "end" | "whole";
  /** Names that it explains, and spared names that rule looser patterns out. */
  readonly hit: readonly string[];
  readonly sparedBy: readonly string[];
}

/** Pieces shorter than this are in too many names to mean anything. */
const SHORTEST_PIECE = 3;
const LEAST_SELDOM = 2;

export function patternMatches(
  { piece, anchor }: Pick<NamePattern, "piece" | "anchor">,
  name: string,
): boolean {
  if (anchor === "whole") return name === piece;
  return anchor === "end" ? name.endsWith(piece) : name.includes(piece);
}

/**
 * Patterns that together explain all hit names, the one that explains most first. A name that no shared pattern explains
 * stands for itself. `seldom`: spared names of which little was measured; two of them speak against a pattern, one may be by
 * chance. Names in lower case.
 */
export function patternsOf(
  hit: readonly string[],
  spared: readonly string[],
  seldom: readonly string[] = [],
): NamePattern[] {
  const patterns: NamePattern[] = [];
  let left = [...new Set(hit)];
  while (left.length > 0) {
    const best = bestPattern(left, hit, spared, seldom);
    patterns.push(best);
    const explained = new Set(best.hit);
    left = left.filter((name) => !explained.has(name));
  }
  return patterns;
}

/** Of what a rule may be for one of the names, the narrowest that explains most and no spared name. One name: itself. */
function bestPattern(
  left: readonly string[],
  hit: readonly string[],
  spared: readonly string[],
  seldom: readonly string[],
): NamePattern {
  const name = left[0]!;
  let best: NamePattern = { text: name, piece: name, anchor: "whole", hit: [name], sparedBy: [] };
  for (const { piece, anchor } of left.flatMap(candidatesOf)) {
    const explained = hit.filter((one) => patternMatches({ piece, anchor }, one));
    if (explained.length <= best.hit.length) continue;
    const isHit = (one: string): boolean => patternMatches({ piece, anchor }, one);
    if (spared.some(isHit) || seldom.filter(isHit).length >= LEAST_SELDOM) continue;
    best = {
      text: textOf(piece, anchor),
      piece,
      anchor,
      hit: explained,
      sparedBy: ruledOutBy(piece, anchor, spared),
    };
  }
  return best;
}

/** A name as a rule may hold it: itself and its parent domains, at an end or anywhere; the narrower first. */
function candidatesOf(name: string): { piece: string; anchor: NamePattern["anchor"] }[] {
  const labels = name.split(".");
  const pieces = labels
    .map((_, i) => labels.slice(i).join("."))
    .filter((piece) => piece.includes(".") && piece.length >= SHORTEST_PIECE);
  return (["end", "anywhere"] as const).flatMap((anchor) => pieces.map((piece) => ({ piece, anchor })));
}

function textOf(piece: string, anchor: NamePattern["anchor"]): string {
  if (anchor === "whole") return piece;
  return anchor === "end" ? `*${piece}` : `*${piece}*`;
}

/** Spared names that the next looser pattern would have hit. */
function ruledOutBy(piece: string, anchor: NamePattern["anchor"], spared: readonly string[]): string[] {
  const looser = anchor === "anywhere" ? undefined : "anywhere";
  return looser ? spared.filter((name) => patternMatches({ piece, anchor: looser }, name)).slice(0, 5) : [];
}
