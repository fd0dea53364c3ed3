/** Which code a measurement was made by: what is added up over days must be of one. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Of all sources below the folders whose path fits, tests left out; 12 hexadecimal digits. */
export function codeHash(folders: readonly string[], fits: RegExp = /^/): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    for (const name of names) {
      const path = join(folder, name);
      if (!name.endsWith(".ts") || name.endsWith(".test.ts") || !fits.test(path)) continue;
      hash.update(name).update(readFileSync(path));
    }
  }
  return hash.digest("hex").slice(0, 12);
}
