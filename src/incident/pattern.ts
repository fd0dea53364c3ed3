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
  const names = [...new Set(hit)];
  const shared = sharedPatterns(names, spared, seldom);
  const patterns: NamePattern[] = [];
  const explained = new Set<string>();
  // The narrowest that explains most of all comes first; what is left stands for itself.
  for (const pattern of shared) {
    if (!pattern.hit.some((name) => !explained.has(name) && isOwnCandidate(name, pattern))) continue;
    patterns.push(pattern);
    for (const name of pattern.hit) explained.add(name);
  }
  const alone = names.filter((name) => !explained.has(name));
  return [
    ...patterns,
    ...alone.map(
      (name): NamePattern => ({ text: name, piece: name, anchor: "whole", hit: [name], sparedBy: [] }),
    ),
  ];
}

/** Of what a rule may be for one of the names, all that explain several and no spared one; each looked at once. */
function sharedPatterns(
  hit: readonly string[],
  spared: readonly string[],
  seldom: readonly string[],
): NamePattern[] {
  const found = new Map<string, NamePattern>();
  const seen = new Set<string>();
  for (const { piece, anchor } of hit.flatMap(candidatesOf)) {
    const text = textOf(piece, anchor);
    if (seen.has(text)) continue;
    seen.add(text);
    const isHit = (one: string): boolean => patternMatches({ piece, anchor }, one);
    const explained = hit.filter(isHit);
    if (explained.length < 2 || spared.some(isHit) || seldom.filter(isHit).length >= LEAST_SELDOM) continue;
    found.set(text, { text, piece, anchor, hit: explained, sparedBy: ruledOutBy(piece, anchor, spared) });
  }
  // The sort is stable: among those that explain as many, the narrower comes first.
  return [...found.values()].sort((a, b) => b.hit.length - a.hit.length);
}

/** A pattern is taken for the sake of a name that it may have been written for, not explained yet. */
function isOwnCandidate(name: string, { piece, anchor }: NamePattern): boolean {
  return candidatesOf(name).some((one) => one.piece === piece && one.anchor === anchor);
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
