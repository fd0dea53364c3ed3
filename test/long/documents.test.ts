/** Every command in README.md and docs/ is understood by the real command line; those that can are typed as they stand. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataFolder, dataPath } from "../data-folder.ts";
import { blocksOf, documentedCommands, documents, ROOT } from "../documents/commands.ts";
import { FATES } from "../documents/fates.ts";
import { parseCommand } from "../documents/parse-command.ts";
import { Reader } from "../documents/reader.ts";

const INCIDENT = "2021-03-13-throttling-abs.twimg.com";
const commands = documentedCommands();

describe("documented commands", () => {
  it.each(commands.map(({ text, where }) => [text, where.join(", ")]))("%s (%s)", async (text) => {
    await parseCommand(text);
    const fate = FATES[text];
    expect(fate, "which test runs it? test/documents/fates.ts").toBeDefined();
    if (fate && "test" in fate)
      expect(readFileSync(join(ROOT, fate.test), "utf8"), `${fate.test} does not run it any more`).toContain(
        fate.words,
      );
  });

  it("knows no command that no document has", () => {
    const known = new Set(commands.map(({ text }) => text));
    expect(Object.keys(FATES).filter((text) => !known.has(text))).toEqual([]);
  });

  it("refuses what is no command, no option, too little, too much", async () => {
    for (const wrong of [
      ...["brakelight prob x", "brakelight probe x --explian", "brakelight report", "brakelight forget all"],
      ...[
        "npm run chek",
        "node brakelight-probe.mjs lab list",
        "brakelight lab exec phone -- node dist/cli/main.js prob",
      ],
    ])
      await expect(parseCommand(wrong), wrong).rejects.toThrow();
  });

  it("understands those in running text as well", async () => {
    for (const name of documents()) {
      const prose = readFileSync(join(ROOT, name), "utf8").replace(/^ *```[\s\S]*?^ *```/gm, "");
      for (const [, text] of prose.matchAll(/`(brakelight [a-z][^`|]*)`/g))
        if (!text!.includes("..."))
          await parseCommand(text!).catch((error: Error) => {
            // Prose names commands without all that they want.
            if (!error.message.includes("missing required argument")) throw error;
          });
    }
  });
});

describe("typed as they stand", () => {
  const reader = new Reader();
  beforeAll(async () => {
    if (existsSync(dataPath("twitter-2021"))) reader.takeCrowd();
    if (existsSync(dataPath("policing-traces"))) reader.takeTrace();
    const single = join(ROOT, "scripts/build-single-file.mjs");
    await promisify(execFile)(process.execPath, [single, join(reader.folder, "brakelight-probe.mjs")]);
  });
  afterAll(() => reader.leave());

  const typed = commands.flatMap(({ text }) => {
    const fate = FATES[text];
    return fate && "run" in fate && fate.run === "here" ? [[text, fate] as const] : [];
  });
  it.each(typed)("%s", async (text, { says, adds = "", isServer, needs, code = 0 }) => {
    if (needs !== undefined && !existsSync(dataPath(needs))) {
      if (process.env["CI"] === "true") throw new Error(`public data '${needs}' are absent at ${dataFolder}`);
      return void console.log(`skipped: no '${needs}' at ${dataFolder}`);
    }
    if (text.includes("ru.parquet")) await askInSql(reader);
    // Two documents have a report of their own in it.
    if (text.includes("--out folder"))
      rmSync(join(reader.folder, "folder"), { recursive: true, force: true });
    const command = `${text.replace(/ ID\b/, ` ${INCIDENT}`)} ${adds}`;
    const { code: ended, said } = await reader.type(command, isServer ? says : undefined);
    expect(said).toMatch(says);
    expect(ended, said).toBe(code);
  });
});

/** The questions of the researcher's recipe, to the store itself. */
async function askInSql(reader: Reader): Promise<void> {
  const recipe = readFileSync(join(ROOT, "docs/recipes/researcher.md"), "utf8");
  const instance = await DuckDBInstance.create(reader.store);
  const connection = await instance.connect();
  const [question, copy] = blocksOf(recipe, "sql");
  const rows = (await connection.runAndReadAll(question!)).getRowsJson();
  expect(rows.map(([, network]) => network)).toContain("PJSC Rostelecom");
  await connection.run(copy!.replace("ru.parquet", join(reader.folder, "ru.parquet")));
  connection.closeSync();
  instance.closeSync();
}
