/**
 * A line that turns on stderr while something takes its time. The terminal stays as it is: keys that are read away from it
 * would take Ctrl-C along. Nothing is shown where the terminal does not know its width: lines would be counted for ever.
 */
import ora, { type Options, type Ora } from "ora";

export type Spinner = Ora;

export function spin(options: Omit<Options, "stream" | "discardStdin"> = {}): Spinner {
  const isSilent = options.isSilent || process.stderr.columns === 0;
  return ora({ ...options, isSilent, stream: process.stderr, discardStdin: false }).start();
}
