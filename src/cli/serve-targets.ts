/** `serve --targets FILE`: the volunteer's test out of an operator's list of objects. */
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LONGEST_TARGETS_BYTES, readTargets } from "../server/volunteer/targets-file.ts";
import type { VolunteerOptions } from "../server/volunteer/volunteer-page.ts";
import { CommandError } from "./command-error.ts";

/** Of the built program: dist/volunteer (scripts/setup.mjs). */
const PAGE = fileURLToPath(new URL("../volunteer", import.meta.url));
const MOST_TOLD = 20;

export function volunteerOf(path: string): VolunteerOptions {
  const read = readTargets(textOf(path));
  if (read.ok) return { plan: read.plan, folder: PAGE };
  const lines = read.problems.map(
    ({ line, reason }) => `${path}${line === undefined ? "" : `, line ${line}`}: ${reason}`,
  );
  throw new CommandError(lines.slice(0, MOST_TOLD).join("\n"));
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > LONGEST_TARGETS_BYTES)
      throw new CommandError(
        `${path}: ${size} bytes; a list of targets has at most ${LONGEST_TARGETS_BYTES}`,
      );
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path}: cannot be read: ${(error as Error).message}`);
  }
}
