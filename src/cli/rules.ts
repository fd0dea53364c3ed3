/**
 * `brakelight rules`: what a rule list matches (check), and what it hits beyond its intent (collateral).
 */
import type { Command } from "commander";
import { addCheck } from "./rules-check.ts";
import { addCollateral } from "./rules-collateral.ts";

export function addRules(program: Command): void {
  const rules = program
    .command("rules")
    .description("say what a rule list matches, and what it hits beyond its intent");
  addCheck(rules);
  addCollateral(rules);
}
