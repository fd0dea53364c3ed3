// Builds the volunteer's page into dist/volunteer: one script, one style, one document, small enough for a slow line.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [from, to] = [join(root, "dashboard/volunteer"), join(root, "dist/volunteer")];
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
await build({
  entryPoints: { page: join(from, "main.ts") },
  ...{
    outdir: to,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    logLevel: "warning",
  },
});
await build({ entryPoints: { page: join(from, "page.css") }, outdir: to, minify: true, logLevel: "warning" });
copyFileSync(join(from, "index.html"), join(to, "index.html"));
writeFileSync(join(to, ".built"), "");
