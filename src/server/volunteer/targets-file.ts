/**
 * The operator's targets.yaml becomes a TestPlan, or problems with their lines. Bounds: the sizes below; objects of
 * 300 kB to 50 MB (a shorter one could pass within a policer's burst). Addresses are https without credentials, or http on
 * this machine, where a laboratory is; each names one object, so that a policy can list it.
 */
import { z } from "zod";
import type { Problem } from "../../base/problem.ts";
import { parseBytes, parseDuration } from "../../base/quantity.ts";
import { parseYaml, type Tree } from "../../rules/yaml-tree.ts";
import { objectsOf, READINGS, type TestObject, type TestPair, type TestPlan } from "./plan.ts";

export const LONGEST_TARGETS_BYTES = 65_536;
/** Fewer cannot disagree: the judge hears the middle one of them. */
export const LEAST_ROUNDS = 3;
const MOST_ROUNDS = 10;
const MOST_PAIRS = 20;
/** As the probe asks of an object; the test of 2021 had 383 kB. */
const LEAST_OBJECT_BYTES = 300_000;
const MOST_OBJECT_BYTES = 50_000_000;
const MOST_BUDGET_BYTES = 1_000_000_000;
const DEFAULT_BUDGET_BYTES = 20_000_000;
/** 383 kB take 24 s at 130 kbit/s, the slowest of 2021. */
const DEFAULT_TIMEOUT_MS = 60_000;
const [SHORTEST_TIMEOUT_MS, LONGEST_TIMEOUT_MS] = [5_000, 300_000];
const LONGEST_ADDRESS = 2_000;
const WIDEST_PX = 100_000;
const LOOPBACK = new Set(["localhost", "127.0.0.1"]);

const pixels = z.int().min(1).max(WIDEST_PX);
const objectSchema = z.strictObject({
  address: z.string().min(1).max(LONGEST_ADDRESS),
  size: z.int().min(LEAST_OBJECT_BYTES).max(MOST_OBJECT_BYTES),
  read: z.enum(READINGS).default("time"),
  width: pixels.exactOptional(),
  height: pixels.exactOptional(),
});
const fileSchema = z.strictObject({
  budget: z.string().exactOptional(),
  timeout: z.string().exactOptional(),
  rounds: z.int().min(LEAST_ROUNDS).max(MOST_ROUNDS).default(LEAST_ROUNDS),
  pairs: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1).max(100),
        target: objectSchema,
        control: objectSchema,
        "over-match": objectSchema.exactOptional(),
      }),
    )
    .min(1)
    .max(MOST_PAIRS),
});
type File = z.infer<typeof fileSchema>;
type Path = readonly PropertyKey[];

export type TargetsReading =
  | { readonly ok: true; readonly plan: TestPlan }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function readTargets(text: string): TargetsReading {
  const parsed = parseYaml(text);
  if (!parsed.ok) return parsed;
  const problems: Problem[] = [];
  const complain = (path: Path, reason: string): void => {
    problems.push({ reason: `${fieldName(path)}: ${reason}`, line: lineOf(parsed.tree, path) });
  };
  const read = fileSchema.safeParse(plainOf(parsed.tree));
  if (!read.success) {
    for (const { path, message } of read.error.issues) complain(path, message);
    return { ok: false, problems };
  }
  const plan = planOf(read.data, complain);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, plan };
}

function planOf(file: File, complain: (path: Path, reason: string) => void): TestPlan {
  const quantity = (
    name: "budget" | "timeout",
    read: typeof parseBytes,
    [least, most, fallback]: readonly [number, number, number],
    said: string,
  ): number => {
    const text = file[name];
    if (text === undefined) return fallback;
    const result = read(text);
    if (result.ok && result.value >= least && result.value <= most) return result.value;
    complain([name], result.ok ? `'${text}' is not ${said}` : result.problem.reason);
    return fallback;
  };
  const budgetBytes = quantity(
    "budget",
    parseBytes,
    [0, MOST_BUDGET_BYTES, DEFAULT_BUDGET_BYTES],
    "up to 1 GB",
  );
  const timeoutMs =
    quantity(
      "timeout",
      parseDuration,
      [SHORTEST_TIMEOUT_MS * 1000, LONGEST_TIMEOUT_MS * 1000, DEFAULT_TIMEOUT_MS * 1000],
      "between 5 s and 5 min",
    ) / 1000;
  const names = new Set<string>();
  const pairs = file.pairs.map((given, at): TestPair => {
    const path = ["pairs", at];
    const read = (part: "target" | "control" | "over-match"): TestObject | undefined => {
      const object = given[part];
      return object && objectOf(object, (field, reason) => complain([...path, part, field], reason));
    };
    const [target, control, overMatch] = [read("target")!, read("control")!, read("over-match")];
    const pair = { name: given.name, target, control, ...(overMatch && { overMatch }) };
    if (names.has(given.name)) complain([...path, "name"], "another pair has this name");
    names.add(given.name);
    for (const part of ["control", "over-match"] as const) {
      if (given[part]?.read === "time")
        complain(
          [...path, part, "read"],
          "has to be cors or image: of a control whose answer nobody can check, an error page would look like a fast connection",
        );
    }
    if (control.address === target.address) complain([...path, "control"], "is the target itself");
    const all = objectsOf({ ...pair, isSimulated: false });
    const isHere = all.map(({ address }) => isLoopback(new URL(address)));
    if (new Set(isHere).size > 1) complain(path, "some of its objects are on this machine, and some are not");
    const needed = file.rounds * all.reduce((sum, { bytes }) => sum + bytes, 0);
    if (needed > budgetBytes)
      complain(
        path,
        `${file.rounds} rounds of it take ${needed} bytes, more than the budget of ${budgetBytes}`,
      );
    return { ...pair, isSimulated: isHere[0]! };
  });
  return { pairs, rounds: file.rounds, budgetBytes, timeoutMs };
}

const NOWHERE = "https://invalid.invalid/";

function objectOf(
  { address, size, read, width, height }: z.infer<typeof objectSchema>,
  complain: (field: string, reason: string) => void,
): TestObject {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const reason = whyNotAddress(url);
  if (reason !== undefined) complain("address", reason);
  if (read === "image" && (width === undefined || height === undefined))
    complain("read", "an image needs its width and height, by which it is known to be the listed one");
  return {
    ...{ address: reason === undefined ? url!.href : NOWHERE, bytes: size, reading: read },
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}

function whyNotAddress(url: URL | undefined): string | undefined {
  if (!url) return "no address such as https://site.example/picture.jpg";
  if (url.username !== "" || url.password !== "") return "has a user's name or password in it";
  if (url.hostname.startsWith("[")) return "an IPv6 address cannot stand in a page's policy: give a name";
  if (url.hash !== "") return "has a fragment (#), which is never sent";
  if (url.pathname.endsWith("/")) return "names a folder: a policy that lists it would allow all in it";
  if (url.protocol === "https:") return undefined;
  return url.protocol === "http:" && isLoopback(url)
    ? undefined
    : "https only (http where a laboratory is, on 127.0.0.1 or localhost)";
}

function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.has(hostname);
}

function plainOf(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plainOf);
  return Object.fromEntries([...tree.entries].map(([name, { value }]) => [name, plainOf(value)]));
}

/** Of the deepest part of the path that is there. */
function lineOf(tree: Tree, path: Path): number {
  const [first, ...rest] = path;
  if (first === undefined || tree.kind === "scalar") return tree.line;
  if (tree.kind === "list") {
    const item = tree.items[Number(first)];
    return item ? lineOf(item, rest) : tree.line;
  }
  const entry = tree.entries.get(String(first));
  if (!entry) return tree.line;
  return rest.length === 0 || entry.value.kind === "scalar" ? entry.line : lineOf(entry.value, rest);
}

/** "pairs[0].control.read" */
function fieldName(path: Path): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the file" : text.replace(/^\./, "");
}
