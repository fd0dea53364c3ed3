/** `brakelight serve` as a process of its own, and load on it. */
import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PROGRAM } from "../program.ts";

/** For whoever looks where the time goes: --cpu-prof. */
const NODE_OPTIONS = (process.env["SERVE_NODE_OPTIONS"] ?? "").split(" ").filter((word) => word !== "");

export interface Served {
  readonly process: ChildProcess;
  readonly port: number;
  /** When it is gone: its exit code or signal. */
  readonly ended: Promise<number | string>;
  readonly errors: () => string;
}

export interface ServeConditions {
  /** No file may grow beyond it (RLIMIT_FSIZE). */
  readonly limitKiB?: number;
  /** Its clock steps by so many days when it gets SIGUSR2. */
  readonly clockStepDays?: number;
}

const SHIFTED_CLOCK = fileURLToPath(new URL("../shifted-clock.mjs", import.meta.url));

export async function serve(
  words: readonly string[],
  { limitKiB, clockStepDays }: ServeConditions = {},
): Promise<Served> {
  const all = [...NODE_OPTIONS, PROGRAM, "serve", "--port", "0", "--json", "--rate", "10000000", ...words];
  const env = {
    ...process.env,
    ...(clockStepDays !== undefined && {
      ...{ NODE_OPTIONS: `--import ${SHIFTED_CLOCK}`, SHIFT_CLOCK_DAYS: String(clockStepDays) },
    }),
  };
  const child =
    limitKiB === undefined
      ? spawn(process.execPath, all, { env })
      : spawn("bash", ["-c", `ulimit -f ${limitKiB}; exec "$0" "$@"`, process.execPath, ...all], { env });
  let errors = "";
  child.stderr.on("data", (text) => (errors += String(text)));
  const ended = new Promise<number | string>((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "gone")),
  );
  const first = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("close", (code) => reject(new Error(`serve ended with ${code}: ${errors}`)));
  });
  const { address } = JSON.parse(first) as { address: string };
  return { process: child, port: Number(new URL(address).port), ended, errors: () => errors };
}

export interface Acknowledgement {
  readonly id: string;
  readonly token: string | undefined;
}

/** One submission; undefined: not acknowledged (the reason is told to `onRefused`). */
export function send(
  port: number,
  agent: Agent,
  content: object,
  onRefused: (status: number) => void = () => {},
): Promise<Acknowledgement | undefined> {
  return new Promise((resolve) => {
    const body = JSON.stringify({ format: "json", content });
    const options = { host: "127.0.0.1", port, agent, method: "POST", path: "/api/v1/submit_measurement" };
    const sent = request({ ...options, headers: { "content-type": "application/json" } }, (response) => {
      let text = "";
      response.on("data", (piece) => (text += String(piece)));
      response.on("error", () => resolve(undefined));
      response.on("end", () => {
        if (response.statusCode !== 200) {
          onRefused(response.statusCode!);
          resolve(undefined);
          return;
        }
        const answer = JSON.parse(text) as { measurement_uid: string; deletion_token?: string };
        resolve({ id: answer.measurement_uid, token: answer.deletion_token });
      });
    });
    sent.on("error", () => resolve(undefined));
    sent.end(body);
  });
}

/** Submits from so many connections until told to stop; `next` makes the measurements. */
export class Load {
  readonly acknowledged: Acknowledgement[] = [];
  readonly refused: number[] = [];
  readonly #agent: Agent;
  readonly #done: Promise<unknown>;
  #isOver = false;

  constructor(port: number, connections: number, next: () => object) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    const run = async (): Promise<void> => {
      while (!this.#isOver) {
        const answer = await send(port, this.#agent, next(), (status) => this.refused.push(status));
        if (answer) this.acknowledged.push(answer);
        // A server that is gone, or that is to be left alone for a while.
        else await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    this.#done = Promise.all(Array.from({ length: connections }, run));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
    this.#agent.destroy();
  }
}
