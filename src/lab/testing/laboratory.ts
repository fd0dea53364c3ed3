/**
 * `brakelight/lab`: laboratories for other projects' tests, with any test runner.
 *
 *   const lab = await startLaboratory("twitter-2021", { seed: 7 });
 *   const { stdout } = await lab.exec("mts-phone", ["curl", "-s", "https://example.org/bytes/1000"]);
 *   await lab.stop();
 *
 * A laboratory lives until stop(), and no longer than the process that started it. Where this machine can make no
 * namespaces it is made of relays; `whyNoKernelLaboratory` says why, for tests that need the kernel to skip with.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyNoCell } from "../cell/cell.ts";
import { clientCommand } from "../control/client-command.ts";
import { askLab } from "../control/control-client.ts";
import { endLab } from "../control/end-lab.ts";
import type { LabRecord } from "../control/lab-record.ts";
import type { LabRequest, LabStatus } from "../control/protocol.ts";
import { startScenario } from "../control/start-scenario.ts";
import type { OrderTemplate, PlannedFault } from "../scenario/story.ts";
import type { VisitOutcome } from "../visit/visit.ts";

export interface LaboratoryOptions {
  readonly seed?: number;
  /** Scenario clock against this machine's; default 1. */
  readonly speed?: number;
  readonly cause?: string;
  readonly backend?: "kernel" | "relay";
  /** Where truth, timeline, observations and captures go; absent: a temporary folder, removed by stop(). */
  readonly out?: string;
}

export interface Ran {
  /** Null when it was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const VISIT_TIMEOUT_MS = 60_000;
const EXEC_TIMEOUT_MS = 600_000;
const MOST_OUTPUT_BYTES = 64 << 20;

/** Why laboratories are made of relays here, or undefined when they are made of the kernel's parts. */
export function whyNoKernelLaboratory(): string | undefined {
  return whyNoCell();
}

/** `nameOrPath`: one of the program's own scenarios, or a scenario file. Rejects with a reason for people. */
export async function startLaboratory(
  nameOrPath: string,
  options: LaboratoryOptions = {},
): Promise<RunningLaboratory> {
  const { out = mkdtempSync(join(tmpdir(), "brakelight-run-")), ...start } = options;
  const started = await startScenario(nameOrPath, {
    speed: 1,
    ...start,
    ...{ out, captures: options.out !== undefined, staysOpen: true, isBound: true },
  });
  return new RunningLaboratory(started.record, options.out === undefined ? out : undefined);
}

export class RunningLaboratory {
  readonly #record: LabRecord;
  readonly #temporary: string | undefined;

  constructor(record: LabRecord, temporary: string | undefined) {
    this.#record = record;
    this.#temporary = temporary;
  }

  /** As `lab --lab` takes it. */
  get id(): string {
    return this.#record.id;
  }

  get backend(): "kernel" | "relay" {
    return this.#record.backend;
  }

  /** Folder of truth.jsonl, timeline.jsonl, observations.jsonl and captures/. */
  get records(): string {
    return this.#record.out;
  }

  /** Runs a program of this machine at a client (or, in a kernel's laboratory, any host). Resolves whatever its exit code. */
  exec(client: string, command: readonly string[]): Promise<Ran> {
    const { program, args, environment } = clientCommand(this.#record, client, command);
    const options = {
      env: { ...process.env, ...environment },
      timeout: EXEC_TIMEOUT_MS,
      maxBuffer: MOST_OUTPUT_BYTES,
    };
    return new Promise((resolve) => {
      const child = execFile(program, [...args], options, (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      });
    });
  }

  /** What a plain user of the client sees of an object. */
  visit(
    client: string,
    site: string,
    path = "/picture",
    timeoutMs = VISIT_TIMEOUT_MS,
  ): Promise<VisitOutcome> {
    const visit = { site, path, direction: "down" as const, timeoutMs };
    return this.#ask({ do: "visit", client, visit });
  }

  /** Issues an order; resolves with its id. Boxes get it within the scenario's roll-out delay. */
  order(order: OrderTemplate): Promise<string> {
    return this.#ask({ do: "order", order });
  }

  /** Lifts an order by its id, or all that are aimed at a site or platform. */
  lift(orderOrTarget: string): Promise<unknown> {
    return this.#ask({ do: "lift", what: orderOrTarget, kinds: [] });
  }

  fault(fault: Omit<PlannedFault, "atMs">): Promise<unknown> {
    return this.#ask({ do: "fault", fault });
  }

  status(): Promise<LabStatus> {
    return this.#ask({ do: "status" });
  }

  async timeline(): Promise<Record<string, unknown>[]> {
    const lines: Record<string, unknown>[] = [];
    await askLab(this.#record.id, { do: "timeline" }, (line) => lines.push(line));
    return lines;
  }

  /** Ends it, its captures complete, and removes every remainder; rejects when a process of it outlives SIGKILL. */
  async stop(): Promise<void> {
    await endLab(this.#record);
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }

  #ask<Answer>(request: LabRequest): Promise<Answer> {
    return askLab<Answer>(this.#record.id, request);
  }
}
