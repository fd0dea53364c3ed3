/**
 * Scenario files: those that come with the program, by name, and anybody's own, by path.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Result } from "../../base/problem.ts";
import { failure, success } from "../../base/problem.ts";
import { readRuleYaml } from "../../rules/rule-yaml.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";

const OWN_FOLDER = fileURLToPath(new URL("../../../scenarios", import.meta.url));
const ENDING = ".yaml";

/** Names of the scenarios that come with the program. */
export function ownScenarios(): string[] {
  return readdirSync(OWN_FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => basename(file, ENDING))
    .sort();
}

/** A name is looked up among the program's own; anything with a slash or an ending is a path. */
export function scenarioPath(nameOrPath: string): string | undefined {
  const isPath = nameOrPath.includes("/") || /\.ya?ml$/.test(nameOrPath);
  const path = isPath ? resolve(nameOrPath) : join(OWN_FOLDER, nameOrPath + ENDING);
  return existsSync(path) ? path : undefined;
}

/** The problem's reason names the file; it has the line. */
export function loadScenario(path: string): Result<Scenario> {
  const text = readText(path);
  if (!text.ok) return text;
  return readScenario(text.value, (file, name) => {
    const rules = readText(join(dirname(path), file));
    return rules.ok ? success(readRuleYaml(rules.value, name)) : rules;
  });
}

function readText(path: string): Result<string> {
  try {
    return success(readFileSync(path, "utf8"));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    return failure(`${path} cannot be read (${code})`);
  }
}
