import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { endLab } from "./end-lab.ts";
import { type LabRecord, labFolder, runningLabs, SOCKET, startOf, writeLabRecord } from "./lab-record.ts";

/** Holds memory that the kernel takes back when it ends. */
const HELD = 'globalThis.held = Buffer.alloc(256e6, 1); console.log("up"); setInterval(() => {}, 1e6);';
const BUSY = 'console.log("up"); for (;;);';

const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

/** All on one processor, so that what is killed needs a while to be gone. */
async function up(code: string): Promise<number> {
  const child = spawn("taskset", ["-c", "0", process.execPath, "-e", code]);
  started.push(child);
  await once(child.stdout, "data");
  return child.pid!;
}

it.skipIf(process.platform !== "linux")("a laboratory has ended when its process is gone", async () => {
  const pid = await up(HELD);
  await up(BUSY);
  const record: LabRecord = {
    ...{ id: `ending-${process.pid}`, scenario: "healthy", title: "", seed: 1, backend: "relay" },
    ...{ pid, started: startOf(pid)!, out: "", authority: "" },
  };
  mkdirSync(labFolder(record.id));
  writeLabRecord(record);
  expect(runningLabs()).toContainEqual(record);
  await endLab(record);
  expect(startOf(pid)).toBeUndefined();
  expect(existsSync(labFolder(record.id))).toBe(false);
  // What is gone already is no trouble.
  await endLab(record);
});

it.skipIf(process.platform !== "linux")(
  "one that takes the question and never answers is ended all the same",
  async () => {
    const id = `silent-${process.pid}`;
    mkdirSync(labFolder(id));
    const socket = JSON.stringify(join(labFolder(id), SOCKET));
    const pid = await up(
      `require("net").createServer(() => {}).listen(${socket}, () => console.log("up")); setInterval(() => {}, 1e6);`,
    );
    const record: LabRecord = {
      ...{ id, scenario: "healthy", title: "", seed: 1, backend: "relay" },
      ...{ pid, started: startOf(pid)!, out: "", authority: "" },
    };
    writeLabRecord(record);
    await endLab(record);
    expect(startOf(pid)).toBeUndefined();
  },
  30_000,
);
