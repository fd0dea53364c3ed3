/**
 * The parent's side of a part of the laboratory: starts its process, sends it its setup, asks it things, and starts it
 * anew when it dies before its time.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PartMessage } from "./child-part.ts";

const READY_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 10_000;
const RESTART_AFTER_MS = 300;

interface Waiting {
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface PartOptions<Setup> {
  /** For messages: "the box driver". */
  readonly name: string;
  /** Module that calls childPart, beside this one's folder, without its ending: "../driver/box-driver". */
  readonly module: string;
  /** Asked at every start: a part that died starts with what holds then. */
  readonly setup: () => Setup;
  /** Called with the part's note whenever it is ready, after a restart too. */
  readonly onReady?: (note: unknown) => void;
}

export class Part<Setup> {
  readonly #options: PartOptions<Setup>;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #requests = 0;
  #stopping = false;
  restarts = 0;

  constructor(options: PartOptions<Setup>) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child?.connected === true;
  }

  /** Resolves with the part's note when it is ready; rejects with its reason when it cannot be. */
  start(): Promise<unknown> {
    const { name, module, setup } = this.#options;
    const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
    const path = fileURLToPath(new URL(module + ending, import.meta.url));
    const child = fork(path, [], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      serialization: "advanced",
    });
    this.#child = child;
    return new Promise((resolve, reject) => {
      let isReady = false;
      const timer = setTimeout(() => reject(new Error(`${name} does not start`)), READY_TIMEOUT_MS);
      child.on("message", (message: PartMessage) => {
        if (message.kind === "ready") {
          isReady = true;
          clearTimeout(timer);
          this.#options.onReady?.(message.note);
          resolve(message.note);
        } else if (message.kind === "failed") {
          clearTimeout(timer);
          reject(new Error(`${name}: ${message.reason}`));
        } else this.#settle(message);
      });
      child.on("error", (error) => reject(new Error(`${name}: ${error.message}`)));
      child.on("exit", (code, signal) => {
        clearTimeout(timer);
        this.#abandon(`${name} ended`);
        if (isReady && !this.#stopping) this.#restart();
        else reject(new Error(`${name} ended (${signal ?? `exit code ${code}`})`));
      });
      child.send(setup() as object, () => {});
    });
  }

  #restart(): void {
    this.restarts++;
    setTimeout(() => {
      if (this.#stopping) return;
      this.start().catch(() => this.#restart());
    }, RESTART_AFTER_MS);
  }

  /** The part's answer; rejects with its refusal, or when it does not answer. */
  ask<Answer>(body: unknown): Promise<Answer> {
    const request = ++this.#requests;
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(request);
        reject(new Error(`${this.#options.name} does not answer`));
      }, ANSWER_TIMEOUT_MS);
      this.#waiting.set(request, { resolve: resolve as (body: unknown) => void, reject, timer });
      if (this.#child?.connected) this.#child.send({ request, body });
      else this.#settle({ kind: "refused", request, reason: `${this.#options.name} does not run` });
    });
  }

  #settle(message: PartMessage): void {
    if (message.kind !== "answer" && message.kind !== "refused") return;
    const waiting = this.#waiting.get(message.request);
    if (!waiting) return;
    this.#waiting.delete(message.request);
    clearTimeout(waiting.timer);
    if (message.kind === "answer") waiting.resolve(message.body);
    else waiting.reject(new Error(message.reason));
  }

  #abandon(reason: string): void {
    for (const request of [...this.#waiting.keys()]) this.#settle({ kind: "refused", request, reason });
  }

  stop(): void {
    this.#stopping = true;
    this.#child?.kill("SIGKILL");
  }
}
