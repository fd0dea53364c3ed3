/** The contract over DuckDB, and what only a file can do: be locked, torn, foreign, newer, out of reach. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, test } from "vitest";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { type PairCourseRow, type Store, StoreProblem } from "../../src/store/store.ts";
import { describeStore } from "./contract.ts";
import { stored, verdict } from "./drawn-records.ts";

const folder = mkdtempSync(join(tmpdir(), "store-duckdb-"));
let count = 0;
const fresh = (): string => join(folder, `${++count}.duckdb`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let last = "";
describeStore("a DuckDB file", {
  open: () => {
    last = fresh();
    return openDuckdbStore(last);
  },
  reopen: () => openDuckdbStore(last),
});

async function problemOf(path: string): Promise<string> {
  const error = await openDuckdbStore(path).then(
    () => new Error("it opened"),
    (reason: unknown) => reason as Error,
  );
  expect(error).toBeInstanceOf(StoreProblem);
  expect(error.message.split("\n")).toHaveLength(1);
  return error.message;
}

async function sql(path: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

const PROGRAM = `
  import { openDuckdbStore } from ${JSON.stringify(new URL("../../src/store/duckdb.ts", import.meta.url).href)};
  const store = await openDuckdbStore(process.argv[1]);
  process.stdout.write("open\\n");
  for (let n = 0; ; n++) {
    const of = (part) => ({ observation: { measurementId: "m" + n, origin: "measured", role: "target" }, part });
    await store.add({ observations: [of(0), of(1), of(2)] });
    process.stdout.write("kept " + n + "\\n");
  }`;

function program(path: string) {
  return spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", PROGRAM, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("a DuckDB file as a file", () => {
  test("only its owner may read it, its journal too", async () => {
    const path = fresh();
    const store = await openDuckdbStore(path);
    await store.add({ observations: [stored("a", 0)] });
    for (const name of readdirSync(folder).filter((one) => one.startsWith(`${count}.`)))
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(statSync(`${path}.tmp`).mode & 0o777).toBe(0o700);
    await store.close();
    expect(existsSync(`${path}.tmp`)).toBe(false);
  });

  test("the folder of the default place is made; of another it is told", async () => {
    const path = join(folder, "deep", "er", "x.duckdb");
    expect(await problemOf(path)).toMatch(/folder is not there/);
    await (await openDuckdbStore(path, { makesFolder: true })).close();
    expect(statSync(join(folder, "deep")).mode & 0o777).toBe(0o700);
    expect(await problemOf(folder)).toMatch(/a folder, not a file/);
  });

  test("foreign files are refused and left as they are: a text, a torn store, another database", async () => {
    const path = fresh();
    writeFileSync(path, "time,text\n".repeat(3000));
    expect(await problemOf(path)).toMatch(/no Brakelight store/);
    expect(statSync(path).size).toBe(30_000);
    const torn = fresh();
    await (await openDuckdbStore(torn)).close();
    truncateSync(torn, 9000);
    expect(await problemOf(torn)).toMatch(/damaged|no Brakelight store|cannot be read/);
    const other = fresh();
    await sql(other, "CREATE TABLE mine (x INTEGER)");
    expect(await problemOf(other)).toMatch(/DuckDB file of something else/);
  });

  test("a store of a newer version is refused", async () => {
    const path = fresh();
    await (await openDuckdbStore(path)).close();
    await sql(path, "UPDATE meta SET value = '99' WHERE key = 'version'");
    expect(await problemOf(path)).toMatch(/version 99, and this program knows 4/);
  });

  test("a store of the first version is brought to this one, and lists what it held", async () => {
    const path = fresh();
    const query = { order: "asc", limit: 10, offset: 0 } as const;
    const old = await openDuckdbStore(path);
    await old.add({
      observations: [
        stored("a", 1, { target: "x", failure: "eof_error" }),
        stored("a", 0, { role: "control", target: "c", asn: 7 }),
        stored("b", 0, { role: "control" }),
      ],
      verdicts: [verdict("a", "blocked", 0.9)],
    });
    const listed = await old.measurements(query);
    const before = await courseOf(old);
    await old.close();
    await sql(
      path,
      "DROP TABLE heads",
      "DROP TABLE tries",
      "UPDATE meta SET value = '1' WHERE key = 'version'",
    );
    const store = await openDuckdbStore(path);
    expect(listed).toMatchObject([
      { measurementId: "a", target: "x", asn: 7, state: "blocked", failed: true },
    ]);
    expect(await store.measurements(query)).toEqual(listed);
    expect(before).toMatchObject([{ target: "x", measurements: 1, failed: 1, pairs: 0 }]);
    expect(await courseOf(store)).toEqual(before);
    expect(await store.summary()).toMatchObject({ observations: 3, measurements: 2 });
    await store.close();
  });

  test("files that are not there, in and out, are told, and the store goes on", async () => {
    const path = fresh();
    const store = await openDuckdbStore(path);
    await store.add({ observations: [stored("a", 0)] });
    const missing = join(folder, "is-not-there.jsonl");
    await expect(store.addFile(missing, () => {})).rejects.toThrow(/cannot be read/);
    await expect(store.exportTo(join(folder, "no", "folder.jsonl"), {})).rejects.toThrow(StoreProblem);
    await expect(store.exportTo(join(folder, "no", "folder.parquet"), {})).rejects.toThrow(StoreProblem);
    expect(await store.add({ observations: [stored("b", 0)] })).toEqual({ added: 1, duplicates: 0 });
    await store.close();
  });

  test("a full disk: nothing of the batch is kept, what was there is, and it says so", async (context) => {
    const small = join(folder, "small");
    mkdirSync(small);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "none", small], { stdio: "ignore" });
    } catch {
      context.skip("this user may not mount a small file system");
    }
    try {
      const path = join(small, "x.duckdb");
      const store = await openDuckdbStore(path);
      await store.add({ observations: [stored("a", 0)] });
      const large = Array.from({ length: 20_000 }, (_, at) =>
        stored(`m${at}`, 0, { target: createHash("sha512").update(String(at)).digest("base64").repeat(10) }),
      );
      await expect(store.add({ observations: large })).rejects.toThrow(/the disk is full/);
      await store.close().catch(() => {});
      const again = await openDuckdbStore(path);
      expect((await again.summary()).observations).toBe(1);
      await again.close();
    } finally {
      execFileSync("umount", ["-l", small]);
    }
  });

  test("locked by another process it says so; killed at any moment, what was answered is there once", async () => {
    const path = fresh();
    for (let round = 0; round < 3; round++) {
      const child = program(path);
      let said = "";
      child.stdout.on("data", (data: Buffer) => {
        said += data;
      });
      while (!said.includes("open\n")) await new Promise((resolve) => setTimeout(resolve, 20));
      if (round === 0) expect(await problemOf(path)).toMatch(/in use by another process/);
      await new Promise((resolve) => setTimeout(resolve, 100 + 130 * round));
      child.kill("SIGKILL");
      await once(child, "close");
      const answered = said.match(/kept \d+\n/g)?.length ?? 0;
      const store = await openDuckdbStore(path);
      const ids = new Map<string, number>();
      for await (const batch of store.observations({}))
        for (const {
          observation: { measurementId },
        } of batch)
          ids.set(measurementId, (ids.get(measurementId) ?? 0) + 1);
      await store.close();
      expect([...ids.values()].every((parts) => parts === 3)).toBe(true);
      for (let n = 0; n < answered; n++) expect(ids.has(`m${n}`)).toBe(true);
    }
  });

  test.skipIf(process.getuid?.() === 0)("a file without permission (root has every permission)", async () => {
    const path = fresh();
    await (await openDuckdbStore(path)).close();
    chmodSync(path, 0o000);
    expect(await problemOf(path)).toMatch(/permission denied/);
  });
});

async function courseOf(store: Store): Promise<PairCourseRow[]> {
  const rows: PairCourseRow[] = [];
  for await (const batch of store.pairCourse({ grain: "all", byNetwork: false })) rows.push(...batch);
  return rows;
}
