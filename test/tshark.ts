import { existsSync } from "node:fs";

/** Wireshark's program for the terminal where this machine has it, or undefined. */
export const TSHARK = ["/usr/bin/tshark", "/usr/local/bin/tshark", "/opt/homebrew/bin/tshark"].find((path) =>
  existsSync(path),
);
