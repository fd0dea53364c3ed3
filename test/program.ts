/** The built command line (build-first.ts has built it), for tests that run it as a process. */
import { fileURLToPath } from "node:url";

export const PROGRAM = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
