/**
 * What to type to run this program again: `brakelight` where it was started under that name (installed, linked or by npx),
 * otherwise `node` and its file.
 */
import { basename, relative, resolve } from "node:path";

/** Words; `isAnywhere`: the file's whole path, for another folder than this one. */
export function ownWords(
  isAnywhere = false,
  startedAs = process.argv[1] ?? "",
  folder = process.cwd(),
): string[] {
  if (basename(startedAs) === "brakelight") return ["brakelight"];
  const path = relative(folder, startedAs);
  return ["node", isAnywhere || path.startsWith("..") ? resolve(folder, startedAs) : path];
}

/** The same as a shell takes it. */
export function ownName(): string {
  return ownWords()
    .map((word) => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
