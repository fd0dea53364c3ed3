/**
 * A reader of the documents: a folder that looks like a clone beside its data, with the files that the recipes speak of, in which
 * commands are typed as they stand. Data of the crowd: one day of it. Of the reader's machine nothing else is touched: data folder
 * and temporary folder are its own.
 */
import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataPath } from "../data-folder.ts";
import { PROGRAM } from "../program.ts";
import { blocksOf, ROOT } from "./commands.ts";

const DAYS = ["13"];
const TRACE =
  "C=5-L=2000000-CD=1000-PCIR=500000-PBC=8000-RTT=100-RTTV=0-RTTC=0%-LOSS=0%-TCP=cubic-T=1-CP=10041.pcap.xz";
const LONGEST_MS = 80_000;

const EDGE = `time,client,host,bytes,duration_ms,status,asn,country
2026-11-02T09:00:04Z,203.0.113.17,cdn.example.org,383631,21300,200,AS64510,RU
2026-11-02T09:00:09Z,203.0.113.99,cdn.example.org,383631,20950,200,AS64510,RU
2026-11-02T09:01:02Z,198.51.100.4,cdn.example.org,383631,410,200,AS64520,RU
2026-11-02T09:01:40Z,192.0.2.200,cdn.example.org,512,30,304,AS64530,DE
`;
const NEL = ["tcp.timed_out", "ok"].map((type, minute) => ({
  ...{
    received_at: `2026-11-02T09:0${minute}:00Z`,
    client_ip: "203.0.113.17",
    age: 1200,
    type: "network-error",
  },
  url: "https://cdn.example.org/app.js",
  body: { type, phase: "connection", elapsed_time: 30_000, sampling_fraction: 1 },
}));
const NAMES = "1,google.com\n2,microsoft.com\n3,reddit.com\n4,vk.com\n5,ya.ru\n6,rt.com\n7,pinterest.com\n";
/** A slow plan, as the recipe's run has it: both sites slow for the phone alone. */
const RUN = [
  ["desk", "example.org", 8_780_000],
  ["desk", "news.example", 5_940_000],
  ["phone", "example.org", 127_000],
  ["phone", "news.example", 123_000],
].map(([client, target, goodputBps], index) => ({
  ...{
    measurementId: `run7-${index}`,
    part: 0,
    origin: "simulated",
    role: "target",
    time: "2026-03-02T09:10:00Z",
  },
  ...{ asn: client === "desk" ? 64_501 : 64_502, country: "RU", target, bytes: 384_000, goodputBps },
}));

export interface Typed {
  readonly code: number | null;
  /** Both streams. */
  readonly said: string;
}

export class Reader {
  readonly #top = mkdtempSync(join(tmpdir(), "docs-"));
  readonly folder = join(this.#top, "clone");
  readonly #env: NodeJS.ProcessEnv;

  constructor() {
    for (const name of ["bin", "t", "clone/run7"]) mkdirSync(join(this.#top, name), { recursive: true });
    for (const name of ["scenarios", "dist"]) symlinkSync(join(ROOT, name), join(this.folder, name));
    const program = join(this.#top, "bin/brakelight");
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    chmodSync(program, 0o755);
    const recipe = blocksOf(readFileSync(join(ROOT, "docs/recipes/engineer.md"), "utf8"), "yaml");
    const lines = (records: readonly object[]) =>
      records.map((record) => `${JSON.stringify(record)}\n`).join("");
    const files: Readonly<Record<string, string>> = {
      ...{
        "edge.csv": EDGE,
        "nel.jsonl": lines(NEL),
        "names.csv": NAMES,
        "run7/observations.jsonl": lines(RUN),
      },
      ...{ "box.yaml": recipe[0]!, "box-rules.yaml": recipe[1]! },
      "targets.yaml": blocksOf(readFileSync(join(ROOT, "docs/operate.md"), "utf8"), "yaml")[0]!,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
    this.#env = {
      ...process.env,
      ...{
        PATH: `${join(this.#top, "bin")}:${process.env["PATH"]}`,
        TMPDIR: join(this.#top, "t"),
        LANG: "C.UTF-8",
      },
      ...{ XDG_DATA_HOME: join(this.#top, "data"), HOME: this.#top, LC_ALL: "C.UTF-8" },
    };
  }

  /** Where they are here. */
  takeCrowd(): void {
    const folder = join(this.#top, "shared/data/twitter-2021");
    mkdirSync(join(folder, "2021-03"), { recursive: true });
    for (const day of DAYS)
      copyFileSync(dataPath("twitter-2021/2021-03", `${day}.csv`), join(folder, "2021-03", `${day}.csv`));
    symlinkSync(folder, join(this.folder, "twitter-2021"));
  }

  takeTrace(): void {
    for (const name of ["capture.pcap", "slow.pcap"])
      copyFileSync(dataPath("policing-traces", TRACE), join(this.folder, name));
  }

  get store(): string {
    return join(this.#top, "data/brakelight/observatory.duckdb");
  }

  /** To its end; `until`: ended as Ctrl-C ends it once it has said that. */
  type(command: string, until?: RegExp): Promise<Typed> {
    return new Promise((resolve) => {
      const child = spawn("bash", ["-c", command], {
        ...{ cwd: this.folder, env: this.#env, stdio: ["ignore", "pipe", "pipe"], detached: true },
      });
      const end = (signal: NodeJS.Signals): void => {
        if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, signal);
      };
      let said = "";
      const hear = (piece: Buffer): void => {
        const before = until?.test(said) === true;
        said += String(piece);
        if (!before && until?.test(said)) end("SIGINT");
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      const timer = setTimeout(() => end("SIGKILL"), LONGEST_MS);
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve({ code, said });
      });
    });
  }

  leave(): void {
    rmSync(this.#top, { recursive: true, force: true });
  }
}
