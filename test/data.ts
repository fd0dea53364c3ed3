/**
 * Tests on public data: absent data skip a test, saying so; on CI (CI=true) absent data fail it.
 */
import { existsSync } from "node:fs";
import { describe } from "vitest";
import { dataFolder, dataPath } from "./data-folder.ts";

export { dataFolder, dataPath, withRandomName } from "./data-folder.ts";

/** `describe` for a set of public data: skipped with its reason where absent, failing on CI. */
export function describeWithData(set: string, title: string, body: () => void): void {
  if (existsSync(dataPath(set))) {
    describe(title, body);
  } else if (process.env["CI"] === "true") {
    describe(title, () => {
      throw new Error(`public data '${set}' are absent at ${dataFolder}: set BRAKELIGHT_DATA`);
    });
  } else {
    describe.skip(`${title} [skipped: no '${set}' at ${dataFolder}; set BRAKELIGHT_DATA]`, body);
  }
}
