/**
 * What becomes the single file (scripts/build-single-file.mjs): the commands of somebody who measures, or runs the other
 * end, on a machine where nothing can be installed. Without koffi, so that what needs the kernel is absent: live capture,
 * the kernel's own counts, bytes of few hops.
 */
import { Command } from "commander";
import { addControlServer } from "./control-server.ts";
import { addDoctor } from "./doctor.ts";
import { addForget } from "./forget.ts";
import { addProbe } from "./probe.ts";
import { runProgram } from "./run-program.ts";

/** Put in when it is built: there is no package.json beside a single file. */
declare const BRAKELIGHT_VERSION: string;

const program = new Command("brakelight")
  .description("Measures internet throttling. This is the single file: it needs Node and nothing else.")
  .version(BRAKELIGHT_VERSION)
  .showSuggestionAfterError();
addProbe(program, BRAKELIGHT_VERSION);
addControlServer(program);
addForget(program);
addDoctor(program, true);
await runProgram(program);
