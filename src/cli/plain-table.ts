/**
 * Tables for people: columns set apart by space, no lines but one below the head.
 */
import Table from "cli-table3";
import { colours as pc } from "./colours.ts";

const NONE = { top: "", "top-mid": "", "top-left": "", "top-right": "" };
const BARE = {
  ...NONE,
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " },
};

export function plainTable(head: string[]): InstanceType<typeof Table> {
  return new Table({
    head: head.map((text) => pc.bold(text)),
    chars: BARE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
}
