/** Colours where a terminal shows them, or FORCE_COLOR asks for them: what goes into a pipe, of a CI job too, is plain text. */
import picocolors from "picocolors";

const { env, stdout } = process;
const isTerminal = stdout.isTTY === true && env["TERM"] !== "dumb";

export const colours = picocolors.createColors(
  !env["NO_COLOR"] && (Boolean(env["FORCE_COLOR"]) || isTerminal),
);
