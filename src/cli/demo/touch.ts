/** Act 1, touch it: a phone behind the box of March 2021, what it is like, and what the probe finds out about it. */

import { formatRate } from "../../base/units.ts";
import { type RunningLaboratory, startLaboratory } from "../../lab/testing/laboratory.ts";
import { ownWords } from "../own-name.ts";
import type { Stage } from "./stage.ts";

const CLIENT = "phone";
const CONTROL = "example.org";
const TOUCHED = ["twitter.com", CONTROL, "reddit.com"];
const EXPLAINED = "reddit.com";
const LONGEST_MS = 40_000;
/** Of a name that is looked at only to see whether it is slow. */
const GLANCE_MS = 8_000;
const SLOW_BPS = 1e6;

export async function touchIt(stage: Stage, backend: "kernel" | "relay" | undefined): Promise<void> {
  stage.title("Act 1. Touch it");
  const lab = await startLaboratory("first-look", { seed: 1, ...(backend && { backend }) });
  stage.atEnd(() => lab.stop());
  const { id } = lab;
  stage.say(
    `SIMULATED: a phone behind a filtering box with the rules of 10 March 2021 (${lab.backend === "kernel" ? "a kernel's network namespaces" : "relays over loopback: no namespaces here"}).`,
  );
  stage.say("While this act runs you can do the same in another terminal:");
  stage.command([
    ...[...ownWords(), "lab", "exec", "--lab", id, CLIENT, "--", "curl", "-sSo", "/dev/null"],
    ...["-w", "%{time_total} s\\n", "https://twitter.com/picture"],
  ]);
  stage.say("The same picture, 383 kB, from three sites:");
  await Promise.all(TOUCHED.map(async (site) => stage.say(`  ${site}: ${await seconds(lab, site)}`)));
  stage.say(`Why is ${EXPLAINED} slow? The probe, from the phone, knowing nothing of the box:`);
  const probe = [
    "probe",
    `https://${EXPLAINED}/picture`,
    "--control",
    CONTROL,
    "--explain",
    "--yes",
    "--no-report",
  ];
  stage.command([...ownWords(), "lab", "exec", "--lab", id, CLIENT, "--", ...ownWords(true), ...probe]);
  let pattern: string | undefined;
  const words = [
    "lab",
    "exec",
    "--lab",
    id,
    CLIENT,
    "--",
    process.execPath,
    ...process.execArgv,
    process.argv[1]!,
  ];
  await stage.run([...words, ...probe], (line) => {
    stage.say(`  ${line}`);
    pattern ??= /(?<![\w*])(\*[\w.-]+\*?|\*\.[\w.-]+)/.exec(line)?.[1];
  });
  await tellOthers(stage, lab, pattern);
  await stage.clear();
}

async function seconds(lab: RunningLaboratory, site: string): Promise<string> {
  const { totalUs, failure, bytes } = await lab.visit(CLIENT, site, "/picture", LONGEST_MS);
  return failure === undefined
    ? `${(totalUs / 1e6).toFixed(1)} s`
    : `${failure} after ${(totalUs / 1e6).toFixed(1)} s and ${Math.round(bytes / 1000)} kB`;
}

/** Every other name there, and how fast it is. */
async function tellOthers(stage: Stage, lab: RunningLaboratory, pattern: string | undefined): Promise<void> {
  const { sites } = await lab.status();
  const others = sites.filter((name) => !TOUCHED.includes(name));
  const looks = await Promise.all(
    others.map(async (name) => {
      const { bytes, transferUs = 1 } = await lab.visit(CLIENT, name, "/picture", GLANCE_MS);
      return { name, goodputBps: (8e6 * bytes) / Math.max(1, transferUs) };
    }),
  );
  const slow = looks.filter(({ goodputBps }) => goodputBps < SLOW_BPS);
  stage.say(
    `Who else is hit${pattern === undefined ? "" : ` (the pattern is ${pattern})`}: ${slow.map(({ name, goodputBps }) => `${name} (${formatRate(goodputBps)})`).join(", ") || "nobody"}; ` +
      `not ${looks
        .filter((look) => !slow.includes(look))
        .map(({ name }) => name)
        .join(", ")}.`,
  );
}
