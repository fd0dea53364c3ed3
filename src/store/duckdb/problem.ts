/**
 * What DuckDB says about the machine becomes a StoreProblem: one line with what, where, what to do. Everything else that it
 * says is a bug of ours, and stays what it is.
 */
import { StoreProblem } from "../store.ts";

const ADVICE_OF_PERMISSION = "permission denied: name a file that you may write with --store";

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /Conflicting lock|Could not set lock/i,
    "in use by another process: end that one, or name another --store",
  ],
  [
    /No space left|not enough (disk )?space|failed to offload|max_temp_directory_size/i,
    "the disk is full: make room, then repeat; nothing of this was stored",
  ],
  [/not a valid DuckDB database/i, "no Brakelight store: name another file with --store"],
  [
    /database file with version number|newer version of DuckDB|storage version/i,
    "written by another version of DuckDB: use a newer Brakelight",
  ],
  [/Permission denied|read-only/i, ADVICE_OF_PERMISSION],
  [
    /No such file or directory|Cannot open file/i,
    "its folder is not there: make it, or name another with --store",
  ],
  [/Is a directory/i, "a folder, not a file: name a file in it with --store"],
  [
    /WAL file|checksum|[Cc]orrupt|Serialization Error|deserializ/,
    "damaged: restore a copy, or name another file with --store and import again",
  ],
  [/Out of Memory/i, "not enough memory for that question: ask for a shorter time"],
  [/^(IO|FATAL) Error|database has been invalidated/, "cannot be read or written"],
];
const MOST_CHARACTERS = 160;

/** The problem of a store at `address`, or the error as it was. */
export function storeProblemOf(error: unknown, address: string): unknown {
  if (error instanceof StoreProblem || !(error instanceof Error)) return error;
  const { message } = error;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^E[A-Z]+$/.test(code)) {
    const said =
      code === "EACCES" || code === "EPERM" ? ADVICE_OF_PERMISSION : `cannot be read or written (${code})`;
    return new StoreProblem(`${address}: ${said}`, { cause: error });
  }
  const isMachine =
    /^(IO|FATAL|Serialization|Out of Memory|Permission) Error|Could not (set lock|write|read)|invalidated/.test(
      message,
    );
  if (!isMachine) return error;
  const advice = ADVICE.find(([pattern]) => pattern.test(message))?.[1] ?? "cannot be read or written";
  // What another process holds needs no more words.
  const isHeld = advice === ADVICE[0]![1];
  const said = isHeld ? "" : ` (${message.split("\n")[0]!.slice(0, MOST_CHARACTERS)})`;
  return new StoreProblem(`${address}: ${advice}${said}`, { cause: error });
}
