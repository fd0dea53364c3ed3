// Installs what package-lock.json names and builds dist/, each only when it is missing or older than its sources.
// Usage: node scripts/setup.mjs [--build]. Needs nothing but Node and npm.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newestSource(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestSource(path) : modified(path));
  }
  return newest;
}

function run(command, args) {
  // From inside a test runner, NODE_ENV=test would build React's development version into the pages.
  const env = { ...process.env, NODE_ENV: "production" };
  const options = { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] };
  const { status, error } = spawnSync(command, args, options);
  if (status !== 0) {
    console.error(`setup: '${command} ${args.join(" ")}' failed${error ? `: ${error.message}` : ""}`);
    process.exit(1);
  }
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`setup: Node 20.19 or newer is needed, this is ${process.versions.node}`);
  process.exit(1);
}
if (modified(join(root, "node_modules/.package-lock.json")) < modified(join(root, "package-lock.json"))) {
  console.error("setup: installing dependencies (npm ci)");
  run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
}
if (process.argv.includes("--build")) {
  const built = modified(join(root, "dist/.built"));
  if (built < Math.max(newestSource(join(root, "src")), modified(join(root, "tsconfig.build.json")))) {
    console.error("setup: building dist/");
    run("node", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
    const { writeFileSync } = await import("node:fs");
    // What the package fetches on first use is noted here (cli/parts.ts).
    writeFileSync(join(root, "dist/package.json"), '{ "private": true, "type": "module" }\n');
    writeFileSync(join(root, "dist/.built"), "");
  }
  // The pages share types and pure functions with src/, and vite leaves out what they do not use.
  const pages = modified(join(root, "dist/dashboard/.built"));
  const sources = [newestSource(join(root, "dashboard")), newestSource(join(root, "src"))];
  if (pages < Math.max(...sources)) {
    console.error("setup: building dist/dashboard");
    const { writeFileSync } = await import("node:fs");
    run("node", [
      "node_modules/vite/bin/vite.js",
      "build",
      "--logLevel=warn",
      "--config",
      "dashboard/vite.config.ts",
    ]);
    writeFileSync(join(root, "dist/dashboard/.built"), "");
  }
  if (modified(join(root, "dist/volunteer/.built")) < Math.max(...sources)) {
    console.error("setup: building dist/volunteer");
    run("node", ["scripts/build-volunteer.mjs"]);
  }
}
