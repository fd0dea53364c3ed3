/**
 * The built probe as a user runs it, in a network namespace of a cell (test/lab/in-cell.ts) or, without a host, beside a
 * laboratory made of relays: its verdict, or its words.
 */
import { spawn } from "node:child_process";
import { PROGRAM } from "../program.ts";

export interface ProbeRun {
  readonly code: number | null;
  /** As printed with --json. */
  readonly verdict?: Record<string, unknown>;
  readonly words: string;
}

const LONGEST_MS = 170_000;

/** `folder`: where it keeps its data. */
export function runProbe(
  host: string | undefined,
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<ProbeRun> {
  const words = [PROGRAM, "probe", ...args, "--yes", "--json"];
  const [program, ...command] =
    host === undefined
      ? [process.execPath, ...words]
      : ["ip", "netns", "exec", host, process.execPath, ...words];
  return new Promise((resolve) => {
    const child = spawn(program!, command, {
      env: { ...process.env, XDG_DATA_HOME: folder, BRAKELIGHT_LABORATORY: "test", ...environment },
    });
    let [out, words] = ["", ""];
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const line = out.split("\n").find((text) => text.startsWith("{"));
      resolve({
        ...{ code, words },
        ...(line === undefined ? {} : { verdict: JSON.parse(line) as Record<string, unknown> }),
      });
    });
  });
}
