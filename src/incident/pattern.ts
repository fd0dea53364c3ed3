/**
 * The pattern of names that a filter must have matched, out of names that were hit and names that were not: the shortest
 * piece of text that all hit names have in common and no spared name has, anchored where the spared names ask for it.
 * Written as rule lists write it: `*t.co*` anywhere, `*twitter.com` at the end, `t.co` as it is.
 */
export interface NamePattern {
  /** As rule lists write it. */
  readonly text: string;
  readonly piece: string;
  readonly anchor: "anywhere" | "end" | "start" | "whole";
  /** Names that it explains, and spared names that rule looser patterns out. */
  readonly hit: readonly string[];
  readonly sparedBy: readonly string[];
}

/** Pieces shorter than this are in too many names to mean anything. */
const SHORTEST_PIECE = 3;

export function patternMatches(
  { piece, anchor }: Pick<NamePattern, "piece" | "anchor">,
  name: string,
): boolean {
  if (anchor === "whole") return name === piece;
  if (anchor === "end") return name.endsWith(piece);
  return anchor === "start" ? name.startsWith(piece) : name.includes(piece);
}

/**
 * Patterns that together explain all hit names, the one that explains most first. A name that no shared pattern explains
 * stands for itself. Names in lower case.
 */
export function patternsOf(hit: readonly string[], spared: readonly string[]): NamePattern[] {
  const patterns: NamePattern[] = [];
  let left = [...new Set(hit)];
  while (left.length > 0) {
    const best = bestPattern(left, hit, spared);
    patterns.push(best);
    const explained = new Set(best.hit);
    left = left.filter((name) => !explained.has(name));
  }
  return patterns;
}

/** Of pieces that a hit name itself is (a rule is written for a name), the one that explains most; then any shared piece. */
function bestPattern(
  left: readonly string[],
  hit: readonly string[],
  spared: readonly string[],
): NamePattern {
  const named = left.flatMap((name) => candidatesOf(name));
  let best: NamePattern | undefined;
  for (const { piece, anchor } of named) {
    if (spared.some((name) => patternMatches({ piece, anchor }, name))) continue;
    const explained = hit.filter((name) => patternMatches({ piece, anchor }, name));
    if (best && explained.length <= best.hit.length) continue;
    best = {
      text: textOf(piece, anchor),
      piece,
      anchor,
      hit: explained,
      sparedBy: ruledOutBy(piece, anchor, spared),
    };
  }
  if (best && best.hit.length > 1) return best;
  const name = left[0]!;
  return best ?? { text: name, piece: name, anchor: "whole", hit: [name], sparedBy: [] };
}

/** A name as a rule may hold it: itself and its parent domains, anywhere or at an end. */
function candidatesOf(name: string): { piece: string; anchor: NamePattern["anchor"] }[] {
  const labels = name.split(".");
  const pieces = labels
    .map((_, i) => labels.slice(i).join("."))
    .filter((piece) => piece.includes(".") && piece.length >= SHORTEST_PIECE);
  return [
    ...pieces.map((piece) => ({ piece, anchor: "anywhere" as const })),
    ...pieces.map((piece) => ({ piece, anchor: "end" as const })),
    ...pieces.map((piece) => ({ piece, anchor: "whole" as const })),
  ];
}

function textOf(piece: string, anchor: NamePattern["anchor"]): string {
  if (anchor === "whole") return piece;
  if (anchor === "end") return `*${piece}`;
  return anchor === "start" ? `${piece}*` : `*${piece}*`;
}

/** Spared names that the next looser pattern would have hit. */
function ruledOutBy(piece: string, anchor: NamePattern["anchor"], spared: readonly string[]): string[] {
  const looser = anchor === "anywhere" ? undefined : "anywhere";
  return looser ? spared.filter((name) => patternMatches({ piece, anchor: looser }, name)).slice(0, 5) : [];
}
