/** The Chromium of this machine: $BRAKELIGHT_BROWSER, or one of its usual names on the path. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const USUAL_PLACES = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** Undefined: there is none. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { BRAKELIGHT_BROWSER: chosen, PATH = "" } = environment;
  if (chosen) return isProgram(chosen) ? chosen : undefined;
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...places, ...USUAL_PLACES].find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
