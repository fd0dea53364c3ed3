/**
 * What the package leaves out until it is needed, so that who reads a capture need not download a database: the store, the
 * server, the cluster's client, the browser's driver. The clone has them all. On first use it says how much will come, and asks;
 * without a terminal it says what to type. They are put below this package, and nowhere else.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";

export const PARTS = {
  store: { packages: ["@duckdb/node-api"], what: "the store (DuckDB)", megabytes: 71 },
  cluster: { packages: ["@clickhouse/client"], what: "the client of a ClickHouse cluster", megabytes: 2 },
  server: {
    packages: ["fastify", "@fastify/compress", "@fastify/helmet", "@fastify/swagger", "pino", "prom-client"],
    what: "the server",
    megabytes: 25,
  },
  browser: { packages: ["playwright-core"], what: "the driver of a browser", megabytes: 14 },
} as const;
export type Part = keyof typeof PARTS;

/** Where the program itself lies: what is put there is found by it, and by nothing else. */
const HERE = fileURLToPath(new URL("../", import.meta.url));

/** Returns when all are there; else throws what to do. */
export async function needParts(parts: readonly Part[]): Promise<void> {
  const missing = parts.filter((part) => PARTS[part].packages.some((name) => !isThere(name)));
  if (missing.length === 0) return;
  const versions = versionsOf(missing.flatMap((part) => [...PARTS[part].packages]));
  const words = [
    "install",
    "--no-package-lock",

    "--no-audit",
    "--no-fund",
    "--prefix",
    HERE,
  ];
  const command = `npm ${[...words, ...versions].join(" ")}`;
  const what = missing.map((part) => PARTS[part].what).join(" and ");
  const megabytes = missing.reduce((sum, part) => sum + PARTS[part].megabytes, 0);
  const says = `this needs ${what}, some ${megabytes} MB, which the package leaves out`;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandError(`${says}: run '${command}'`, EXIT_NOT_MEASURED);
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asked.question(`brakelight: ${says}. Fetch it from npm now? [y/N] `);
  asked.close();
  if (!/^(y|yes)$/i.test(answer.trim())) throw new CommandError("nothing was fetched", EXIT_NOT_MEASURED);
  const { status } = spawnSync("npm", [...words, ...versions], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0)
    throw new CommandError(`npm could not fetch it: run '${command}' to see why`, EXIT_NOT_MEASURED);
}

function isThere(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** "fastify@^5.12.8", as this version was tested with them. */
function versionsOf(names: readonly string[]): string[] {
  const { devDependencies } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as {
    devDependencies: Readonly<Record<string, string>>;
  };
  return names.map((name) => `${name}@${devDependencies[name]}`);
}

/** What a command needs, by its words. */
export function partsOf(
  name: string,
  words: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Part[] {
  const isCluster = /^https?:/.test(String(options["store"] ?? ""));
  const store: Part = isCluster ? "cluster" : "store";
  switch (name) {
    case "serve":
      return [store, "server"];
    case "import":
    case "incidents":
    case "changes":
    case "report":
      return [store];
    case "networks":
      return words.length === 0 ? [store] : [];
    case "notice":
      return options["dryRun"] ? [] : ["browser"];
    case "demo": {
      const acts = options["act"] as readonly string[];
      return options["blind"] || (acts.length > 0 && !acts.includes("3")) ? [] : ["store", "server"];
    }
    default:
      return [];
  }
}
