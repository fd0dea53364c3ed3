/**
 * The cells of the matrix one by one, for keys, screen readers and fingers: arrows go from cell to cell over what was not
 * measured, Enter opens, and each is told in words. The drawing stays a picture; which cell is chosen is its own affair, so
 * that nothing is drawn anew for it.
 */
import { type KeyboardEvent, type RefObject, useEffect, useState } from "react";
import type { PairRow } from "../../api/pairs.ts";
import { useWords } from "../../words/words.tsx";
import { type Chooser, keyOf, type Matrix } from "./matrix.ts";

const STEPS: Readonly<Record<string, readonly [networks: number, targets: number]>> = {
  ...{ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] },
};

export function CellReader({
  matrix,
  chooser,
  nameOf,
  open,
}: {
  readonly matrix: Matrix;
  readonly chooser: RefObject<Chooser>;
  readonly nameOf: (row: PairRow) => string;
  readonly open: (row: PairRow) => void;
}) {
  const said = useWords().overview;
  const [chosen, setChosen] = useState<PairRow>();
  chooser.current.choose = (row, isOpened) => (isOpened ? open(row) : setChosen(row));
  useEffect(() => chooser.current.mark(chosen));
  const onKey = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (!step && (event.key !== "Enter" || !chosen)) return;
    event.preventDefault();
    if (step) setChosen(next(matrix, chosen, step));
    else open(chosen!);
  };
  return (
    <div className="around cell-reader">
      <button
        type="button"
        onKeyDown={onKey}
        onClick={() => setChosen(chosen ?? next(matrix, undefined, [0, 1]))}
      >
        {said.cellByCell}
      </button>{" "}
      <span role="status">{chosen ? nameOf(chosen) : ""}</span>{" "}
      {chosen && (
        <button type="button" onClick={() => open(chosen)}>
          {said.openCell}
        </button>
      )}
    </div>
  );
}

/** The next cell that was measured in that direction; at the edge the same one. Without one: the first. */
function next(
  { networks, targets, cells }: Matrix,
  from: PairRow | undefined,
  [down, along]: readonly [number, number],
): PairRow | undefined {
  if (!from) {
    for (const network of networks)
      for (const target of targets) {
        const row = cells.get(keyOf(network, target));
        if (row) return row;
      }
    return undefined;
  }
  let network = networks.indexOf(from.probe_asn!) + down;
  let target = targets.indexOf(from.domain) + along;
  while (network >= 0 && network < networks.length && target >= 0 && target < targets.length) {
    const row = cells.get(keyOf(networks[network]!, targets[target]!));
    if (row) return row;
    network += down;
    target += along;
  }
  return from;
}
