// Builds the single file of the probe, dist/brakelight-probe.mjs, from src/cli/probe-single.ts: plain Node, no dependency.
// Usage: node scripts/build-single-file.mjs [FILE] (npm run build:single). Fails above 500,000 bytes.
// Left out: koffi (native), whose stand-in throws when a kernel call is made, which the sources treat as "not possible
// here"; zod, for nothing in it validates records (checked below); the certificate library, for a few lines of DER; the judging of
// captured packets, of which there are none without native calls; spinners but one, and a table of emoji that the regular
// expressions of Node know; colours of table borders, which tables do without.
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const MOST_BYTES = 500_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = process.argv[2] ?? join(root, "dist/brakelight-probe.mjs");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Loads as koffi does; every call into it throws. */
const KOFFI = `
const absent = () => { throw new Error("not in the single file"); };
export default { load: absent, errno: absent, address: absent, os: { errno: {} } };`;

/** Schemas can be written down and combined; to validate with one throws. */
const ZOD = `
const absent = () => { throw new Error("the single file validates no schema"); };
const VALIDATES = new Set(["parse", "safeParse", "parseAsync", "safeParseAsync", "decode", "encode"]);
const schema = new Proxy(() => {}, {
  apply: () => schema,
  get: (_, name) => (VALIDATES.has(name) ? absent : typeof name === "symbol" || name === "then" ? undefined : schema),
});
export const z = schema;
export default schema;`;

/** The one that turns where nothing else is asked for, as cli-spinners has it; Windows' old console gets the second. */
const SPINNERS = `
const dots = { interval: 80, frames: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"] };
const line = { interval: 130, frames: ["-", "\\\\", "|", "/"] };
export default { dots, line };`;

const EMOJI = "module.exports = () => /\\p{RGI_Emoji}/gv;";

/** Cells stay plain where a colour cannot be had. */
const COLOURS = "module.exports = {};";

/** Of our own sources: what needs a library, or a right, that is not there. */
const MODULES = {
  "src/probe/control-server/certificate.ts": "src/cli/probe-single-certificate.ts",
  "src/cli/probe-capture.ts": "src/cli/probe-single-capture.ts",
};

const standIns = {
  name: "stand-ins",
  setup({ onResolve, onLoad }) {
    const texts = {
      koffi: KOFFI,
      zod: ZOD,
      "cli-spinners": SPINNERS,
      "emoji-regex": EMOJI,
      "@colors/colors/safe": COLOURS,
    };
    onResolve({ filter: /^(koffi|zod|cli-spinners|emoji-regex|@colors\/colors\/safe)$/ }, ({ path }) => ({
      path,
      namespace: "stand-in",
    }));
    onLoad({ filter: /./, namespace: "stand-in" }, ({ path }) => ({ contents: texts[path], loader: "js" }));
    onResolve({ filter: /\/(certificate|probe-capture)\.ts$/ }, ({ path, importer }) => {
      const standIn = MODULES[relative(root, join(dirname(importer), path))];
      return standIn === undefined ? undefined : { path: join(root, standIn) };
    });
  },
};

const LICENCE = `/*!
 * Brakelight ${version}, the single file of the probe. Copyright the Brakelight authors.
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with
 * the License. You may obtain a copy of the License at https://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on
 * an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the
 * specific language governing permissions and limitations under the License.
 * Libraries in it keep their own licences, at the end of this file. Needs Node 20.19 or newer.
 */`;

const options = {
  entryPoints: [join(root, "src/cli/probe-single.ts")],
  outfile: output,
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  charset: "utf8",
  legalComments: "none",
  define: { BRAKELIGHT_VERSION: JSON.stringify(version) },
  plugins: [standIns],
  metafile: true,
  logLevel: "warning",
  absWorkingDir: root,
};
// Libraries written as CommonJS ask for Node's own modules by require.
const REQUIRE = 'import{createRequire as _require}from"node:module";const require=_require(import.meta.url);';

const { metafile } = await build({ ...options, write: false });
const inputs = Object.keys(metafile.inputs);
refuseValidation(inputs.filter((path) => path.startsWith("src/")));
await build({
  ...options,
  banner: { js: `#!/usr/bin/env node\n${LICENCE}\n${REQUIRE}` },
  footer: { js: licencesOf(inputs) },
});
chmodSync(output, 0o755);
const { size } = statSync(output);
if (size >= MOST_BYTES) fail(`${output} has ${size} bytes, ${MOST_BYTES} are too many`);
console.log(`${relative(process.cwd(), output)}: ${size} bytes`);

/** What validates would throw where it is used; better to know it here. */
function refuseValidation(paths) {
  for (const path of paths) {
    const text = readFileSync(join(root, path), "utf8");
    if (/\bsafeParse(Async)?\(|[sS]chema\s*\.parse(Async)?\(/.test(text))
      fail(
        `${path} validates with zod, which the single file lacks: see ZOD in scripts/build-single-file.mjs`,
      );
  }
}

/** The licences of the libraries inside, each text once. */
function licencesOf(paths) {
  const folders = new Set(
    paths.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const byText = new Map();
  for (const folder of [...folders].sort()) {
    const about = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
    if (!file) fail(`${folder} has no licence file to go into the single file`);
    const lines = readFileSync(join(root, folder, file), "utf8")
      .replaceAll("*/", "* /")
      .split(/\r?\n/)
      .map((line) => line.trim());
    const isNotice = (line) => /^(copyright|\(c\)|©)/i.test(line);
    const notices = lines.filter(isNotice);
    // Titles and line breaks differ between copies of one licence.
    const text = lines
      .filter((line) => !isNotice(line) && !/^(the )?\S+ licen[cs]e( \(\S+\))?$/i.test(line))
      .join(" ")
      .replace(/\s+/g, " ")
      .trim();
    const titles = [`${about.name} ${about.version} (${about.license})`, ...notices].join("; ");
    byText.set(text, [...(byText.get(text) ?? []), titles]);
  }
  const parts = [...byText].map(([text, titles]) => `${titles.join("\n")}\n${text}\n`);
  return `/*! Libraries in this file\n\n${parts.join("\n")}*/`;
}

function fail(message) {
  console.error(`build-single-file: ${message}`);
  process.exit(1);
}
