/** Before any test: dist/ is what the sources are, so that commands are tested as users have them. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export default function buildFirst(): void {
  const setup = fileURLToPath(new URL("../scripts/setup.mjs", import.meta.url));
  execFileSync(process.execPath, [setup, "--build"], { stdio: ["ignore", "ignore", "inherit"] });
}
