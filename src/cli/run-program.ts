/**
 * Runs a wired program: errors become one line each on stderr, and the documented exit code; bugs throw. Shared by the
 * whole command line (main.ts) and the single file (probe-single.ts).
 */
import type { Command } from "commander";
import { CommandError, EXIT_BAD_INPUT } from "./command-error.ts";

/** `explain`: errors that are for people though they are no CommandError. */
export async function runProgram(
  program: Command,
  explain: (error: unknown) => CommandError | undefined = () => undefined,
): Promise<void> {
  // A reader that has seen enough (head, less) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  // Some terminals have no size (script(1), containers): spinners divide by it, and never come to an end.
  for (const stream of [process.stdout, process.stderr]) if (stream.columns === 0) stream.columns = 80;
  try {
    program.exitOverride();
    await program.parseAsync();
  } catch (error) {
    const told = error instanceof CommandError ? error : explain(error);
    if (told) {
      for (const line of told.message.split("\n")) process.stderr.write(`brakelight: ${line}\n`);
      process.exitCode = told.exitCode;
    } else if (isCommanderExit(error)) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_BAD_INPUT;
    } else throw error;
  }
}

function isCommanderExit(error: unknown): error is { exitCode: number } {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}
