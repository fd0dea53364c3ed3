// Fails on a layer violation, an import cycle or an impurity in a pure folder of src/.
// The rules are DESIGN's: a folder imports only from those above it, minus the exceptions below.
// Dashboard, tests and benches are outside src/ and not checked here.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "src");

/**
 * Top to bottom; `only` names the folders that may be imported, `not` those that may not. Of a folder that is not pure
 * as a whole, `pureParts` names the folders inside it that are: they import nothing impure but types.
 */
const LAYERS = [
  { folder: "base", pure: true },
  { folder: "stats", pure: true },
  { folder: "packet", pure: true },
  { folder: "rules", pure: true },
  { folder: "transfer", pure: true },
  { folder: "observation", pure: true },
  { folder: "verdict", pure: true, not: ["rules"] },
  { folder: "incident", pure: true },
  { folder: "host", only: ["base", "packet"] },
  { folder: "probe", not: ["verdict", "incident"] },
  {
    folder: "lab",
    only: ["base", "stats", "packet", "rules", "observation", "host"],
    pureParts: ["middlebox", "authority", "scenario", "population", "topology"],
  },
  { folder: "store", not: ["probe", "lab"] },
  { folder: "server", not: ["probe", "lab"] },
  { folder: "cli" },
];

/** Libraries that compute and touch nothing: allowed in pure folders. */
const PURE_LIBRARIES = new Set(["zod", "tldts", "ipaddr.js", "dns-packet", "yaml"]);
/** node: modules that compute and touch nothing; only these named imports of node:crypto are deterministic (sign and
 * verify with Ed25519 keys, RFC 8032, are; with others they need not be). */
const PURE_NODE = new Map([
  [
    "node:crypto",
    new Set([
      ...["createCipheriv", "createDecipheriv", "createHash", "createHmac"],
      ...["createPrivateKey", "createPublicKey", "sign", "verify", "KeyObject"],
    ]),
  ],
]);
const IMPURITIES = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b/, "reads a clock"],
  [/\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bqueueMicrotask\b/, "sets a timer"],
  [/\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/, "uses unseeded randomness"],
  [/\bprocess\.(env|argv|cwd|stdout|stderr|exit)\b|\bconsole\.\w+\(/, "touches the process"],
  [/\bfetch\(|\bWebSocket\(/, "opens a connection"],
];

/** Whether the file, by its path below src/, lies in a pure folder. */
function isPure(name) {
  const [folder, part] = name.split("/");
  const layer = LAYERS[order.get(folder) ?? -1];
  return layer !== undefined && (layer.pure || (layer.pureParts ?? []).includes(part));
}

const order = new Map(LAYERS.map((layer, index) => [layer.folder, index]));
const complaints = [];

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

/** Blanks comments (keeping line ends), so that words in them are not taken for code. */
function withoutComments(text) {
  return text.replace(
    /\/\*[\s\S]*?\*\/|(^|[^:"'`\\])\/\/.*$/gm,
    (match, lead) => (lead ?? "") + match.replace(/[^\n]/g, " ").slice((lead ?? "").length),
  );
}

const IMPORT =
  /(?:^|\n)(?:import|export)\s+(type\s+)?(?:([\w*{}\s,]+?)\s+from\s+)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

const imports = new Map();
for (const file of filesBelow(source)) {
  const name = relative(source, file);
  const folder = name.split("/")[0];
  const layer = LAYERS[order.get(folder) ?? -1];
  if (!layer) {
    complaints.push(`src/${name}: folder '${folder}' is not in the list of layers`);
    continue;
  }
  const pure = isPure(name);
  const text = withoutComments(readFileSync(file, "utf8"));
  const targets = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = match[3] ?? match[4];
    if (target.startsWith(".")) {
      const path = resolve(dirname(file), target);
      if (!existsSync(path)) complaints.push(`src/${name}: imports ${target}, which does not exist`);
      const targetName = relative(source, path);
      const other = targetName.split("/")[0];
      if (!match[1]) targets.push(path);
      if (pure && !match[1] && !isPure(targetName))
        complaints.push(`src/${name}: pure folder imports src/${targetName}, which is not`);
      if (other === folder) continue;
      const allowed = layer.only
        ? layer.only.includes(other)
        : (order.get(other) ?? Infinity) < order.get(folder) && !(layer.not ?? []).includes(other);
      if (!allowed) complaints.push(`src/${name}: ${folder}/ must not import ${other}/`);
    } else if (pure) {
      const named = PURE_NODE.get(target);
      const words = (match[2] ?? "")
        .replace(/[{}\s]/g, " ")
        .split(/[ ,]+/)
        .filter((word) => word && word !== "type");
      const deterministic = named && words.every((word) => named.has(word) || word === "as");
      if (!deterministic && !PURE_LIBRARIES.has(target) && !match[1])
        complaints.push(`src/${name}: pure folder imports '${target}'`);
    }
  }
  imports.set(file, targets);
  if (pure) {
    text.split("\n").forEach((line, index) => {
      for (const [pattern, what] of IMPURITIES)
        if (pattern.test(line)) complaints.push(`src/${name}:${index + 1}: pure folder ${what}`);
    });
  }
}

/** Depth-first search; a file met again while it is still open closes a cycle. */
const state = new Map();
function visit(file, trail) {
  if (state.get(file) === "done") return;
  if (state.get(file) === "open") {
    const cycle = [...trail.slice(trail.indexOf(file)), file].map((path) => relative(source, path));
    complaints.push(`import cycle: ${cycle.join(" -> ")}`);
    return;
  }
  state.set(file, "open");
  for (const next of imports.get(file) ?? []) visit(next, [...trail, file]);
  state.set(file, "done");
}
for (const file of imports.keys()) visit(file, []);

for (const complaint of complaints) console.error(`layers: ${complaint}`);
if (complaints.length > 0) process.exit(1);
console.log(`layers: ${imports.size} files in order`);
