/** The machine's own table of names, which is asked before any name server (hosts(5)). */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether the table names it; false where there is none, or it cannot be read. */
export function isInHostsFile(name: string, path = hostsPath()): boolean {
  try {
    return namesOf(readFileSync(path, "utf8")).has(name.toLowerCase());
  } catch {
    return false;
  }
}

/** Address, then names; what follows a number sign is a comment. */
function namesOf(text: string): ReadonlySet<string> {
  return new Set(
    text
      .split(/\r?\n/)
      .flatMap((line) => line.replace(/#.*/, "").trim().split(/\s+/).slice(1))
      .map((name) => name.toLowerCase()),
  );
}

function hostsPath(): string {
  const { SystemRoot } = process.env;
  return process.platform === "win32" && SystemRoot
    ? join(SystemRoot, "System32", "drivers", "etc", "hosts")
    : "/etc/hosts";
}
