/**
 * `brakelight lab`: the laboratory's commands, wired.
 */
import type { Command } from "commander";
import { addLabActs } from "./lab-acts.ts";
import { addLabExec } from "./lab-exec.ts";
import { addLabLooks } from "./lab-looks.ts";
import { addLabPlay } from "./lab-play.ts";

export function addLab(program: Command): void {
  const lab = program
    .command("lab")
    .description("Reproduce such an event on this machine: networks, boxes, orders, mistakes, failures.");
  addLabPlay(lab);
  addLabExec(lab);
  addLabActs(lab);
  addLabLooks(lab);
}
