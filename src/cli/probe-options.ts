/** The options of `probe`, read and checked: every mistake is one line that says what is wrong. */

import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { parseBytes, parseDuration } from "../base/quantity.ts";
import { STATES, type State } from "../observation/vocabulary.ts";
import type { NamedPlace, Place } from "../probe/pairs/arms.ts";
import { type ProbeTarget, readPlace, readTarget } from "../probe/probe-target.ts";
import type { Trust } from "../probe/transfer/transfer.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { addressesOf } from "./probe-way.ts";
import { readTargetFile } from "./target-file.ts";

export interface ProbeFlags {
  readonly input: string[];
  readonly inputFile?: string;
  readonly connect?: string;
  readonly control: string[];
  readonly site: string[];
  readonly neutral?: string;
  readonly resolver?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly budgetBytes?: string;
  readonly budgetSeconds: string;
  readonly flowBytes: string;
  readonly lanes: string;
  readonly explain?: boolean;
  /** The longest wait; true: the usual one. */
  readonly patient?: string | true;
  readonly seed?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly report: boolean;
  readonly reportfile?: string;
  readonly submit?: string;
  /** Miniooni's word for the same. */
  readonly probeServices?: string;
  /** False: --no-collector. */
  readonly collector: boolean;
  readonly annotation: string[];
  readonly failOn?: string;
  readonly every?: string;
  readonly jitter?: boolean;
  readonly dailyBytes: string;
  readonly lang?: string;
  readonly capture: boolean;
}

/** Static files of half a megabyte and more at two networks that most countries reach. */
export const USUAL_SITES = [
  "https://cdnjs.cloudflare.com/ajax/libs/three.js/r128/three.min.js",
  "https://code.jquery.com/ui/1.13.2/jquery-ui.js",
];

const MOST_BYTES = 1e11;

/** "20MB", "400 kB", "1000000" */
export function readBytes(option: string, text: string): number {
  const read = parseBytes(/^\s*\d+\s*$/.test(text) ? `${text} B` : text);
  if (!read.ok || read.value < 1 || read.value > MOST_BYTES)
    throw new CommandError(`${option}: '${text}' is no number of bytes such as 20MB`);
  return read.value;
}

const USUAL_PATIENCE = "15m";
/** As long as a control server waits (probe/control-server/bounds.ts), and long enough to tell five times apart. */
const PATIENCE_SECONDS = [15, 960] as const;

export function readPatience(given: string | true): number {
  const text = given === true ? USUAL_PATIENCE : given;
  const read = parseDuration(text);
  const seconds = read.ok ? Math.round(read.value / 1e6) : Number.NaN;
  const [least, most] = PATIENCE_SECONDS;
  if (!(seconds >= least && seconds <= most))
    throw new CommandError(`--patient: '${text}' is no time from ${least}s to ${most / 60}m, such as 15m`);
  return seconds;
}

export function readNumber(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!(text.trim() !== "" && value >= low && value <= high)) {
    throw new CommandError(`${option}: '${text}' is no number from ${low} to ${high}`);
  }
  return value;
}

/** For whoever names none: services that were throttled in public (OONI's and Cloudflare's reports, 2021 to 2025). */
const USUAL_TARGETS = ["x.com", "www.youtube.com", "signal.org"];

/** Names, URLs, and files of them (target-file.ts). A mistake on the command line ends the run; one in a file costs its line. */
export function readTargets(words: readonly string[], { input, inputFile }: ProbeFlags): ProbeTarget[] {
  const named = [...words, ...input];
  const ofFile = inputFile === undefined ? [] : targetsIn(inputFile);
  const texts = named.length > 0 || inputFile !== undefined ? named : usualTargets();
  const targets = texts.map((text) => {
    const target = readTarget(text);
    if (typeof target === "string") throw new CommandError(`'${text.slice(0, 80)}' ${target}`);
    return target;
  });
  return [...targets, ...ofFile];
}

/** A person at a terminal gets a short list, a script an error. */
function usualTargets(): readonly string[] {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandError("name what to measure: brakelight probe twitter.com");
  process.stderr.write(`nothing named: measuring ${USUAL_TARGETS.join(", ")}\n`);
  return USUAL_TARGETS;
}

function targetsIn(path: string): readonly ProbeTarget[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandError(`--input-file: ${path} cannot be read: ${(error as Error).message}`);
  }
  const { targets, skipped, firstProblem } = readTargetFile(text);
  if (targets.length === 0)
    throw new CommandError(`--input-file: ${path} names no target${firstProblem ? `: ${firstProblem}` : ""}`);
  if (skipped > 0)
    process.stderr.write(
      `--input-file: ${skipped} of ${targets.length + skipped} lines are left out; the first, ${firstProblem}\n`,
    );
  return targets;
}

export function readTrust({ ca, insecure = false }: ProbeFlags): Trust {
  if (ca === undefined) return { insecure };
  try {
    return { insecure, ca: readFileSync(ca, "utf8") };
  } catch (error) {
    throw new CommandError(`--ca: ${ca} cannot be read: ${(error as Error).message}`);
  }
}

export function readFailOn(text: string | undefined): ReadonlySet<State> {
  const words = text === undefined ? [] : text.split(",").map((word) => word.trim());
  for (const word of words) {
    if (!(STATES as readonly string[]).includes(word)) {
      throw new CommandError(`--fail-on: '${word}' is no state; there are: ${STATES.join(", ")}`);
    }
  }
  return new Set(words as State[]);
}

export function readAnnotations(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new CommandError(`--annotation: '${text}' is not KEY=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Of options that name a place: before anybody is asked, or anything looked up. */
export function checkPlace(option: string, text: string): { readonly host: string; readonly port: number } {
  const place = readPlace(text);
  if (!place) throw new CommandError(`${option}: '${text}' is no ADDRESS or ADDRESS:PORT`);
  return place;
}

/** A name that no rule for a target matches, and so neither a target's own nor one above or below it. */
export function checkNeutral(text: string, targets: readonly ProbeTarget[]): void {
  const read = readTarget(text);
  if (
    typeof read === "string" ||
    read.path !== "/" ||
    isIP(read.name) !== 0 ||
    read.name !== text.toLowerCase()
  )
    throw new CommandError(`--neutral: '${text}' is no host name`);
  const isWithin = (inner: string, outer: string): boolean => `.${inner}`.endsWith(`.${outer}`);
  const related = targets.find(({ name }) => isWithin(name, read.name) || isWithin(read.name, name));
  if (related)
    throw new CommandError(
      `--neutral: '${text}' would be compared with ${related.name}: a rule may be for both`,
    );
}

/** Before anything is measured that could not be kept. */
export function checkReportFile(path: string): void {
  try {
    accessSync(existsSync(path) ? path : dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw new CommandError(`--reportfile: ${path} cannot be written: ${(error as Error).message}`);
  }
}

export function readSeed(text: string): number {
  return Math.floor(readNumber("--seed", text, 0, 2 ** 32));
}

export function readSite(url: string): ProbeTarget {
  const site = readTarget(url);
  if (typeof site === "string") throw new CommandError(`--site: '${url.slice(0, 80)}' ${site}`);
  return site;
}

/** Where an option points; a name is looked up. */
export async function findPlace(option: string, text: string): Promise<Place> {
  const place = checkPlace(option, text);
  const addresses = await addressesOf(place.host);
  if (addresses.length === 0) {
    throw new CommandError(`${option}: the name ${place.host} has no address from here`, EXIT_NOT_MEASURED);
  }
  return { address: addresses[0]!, port: place.port };
}

/** Control servers that can be looked up; one of several that cannot is left out, and `isMissing` is told. Throws where none can. */
export async function findControls(
  texts: readonly string[],
  isMissing: (name: string) => void,
): Promise<Place[]> {
  const found = await Promise.allSettled(texts.map((text) => findPlace("--control", text)));
  const failed = found.find((one) => one.status === "rejected");
  const places = found.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (failed && places.length === 0) throw failed.reason;
  for (const [at, one] of found.entries())
    if (one.status === "rejected") isMissing(checkPlace("--control", texts[at]!).host);
  return places;
}

/** Control sites that can be looked up; one that cannot is left out, and `isMissing` is told. */
export async function findSites(
  urls: readonly string[],
  isMissing: (name: string) => void,
): Promise<NamedPlace[]> {
  const found = await Promise.all(
    urls.map(async (url) => {
      const target = readSite(url);
      const [address] = await addressesOf(target.name);
      if (address !== undefined)
        return [{ name: target.name, address, port: target.port, path: target.path }];
      isMissing(target.name);
      return [];
    }),
  );
  return found.flat();
}
