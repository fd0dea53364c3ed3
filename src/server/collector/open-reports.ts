/**
 * Reports that older probes have opened (OONI bk-003) and not closed. Bounded for each client and in all, and in time; what
 * is beyond the client's bound closes its oldest. After a restart all are closed: probes open theirs again.
 */
import { randomBytes } from "node:crypto";
import type { Limits } from "../limits.ts";

const ID_BYTES = 16;

interface OpenReport {
  readonly client: string;
  readonly untilMs: number;
}

export class OpenReports {
  readonly #limits: Pick<Limits, "openReports" | "openReportsPerClient" | "reportMs">;
  /** In order of opening. */
  readonly #open = new Map<string, OpenReport>();
  readonly #ofClient = new Map<string, Set<string>>();

  constructor(limits: Pick<Limits, "openReports" | "openReportsPerClient" | "reportMs">) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Undefined: there is no room. `head`: what OONI's ids begin with. */
  open(client: string, head: string, nowMs: number): string | undefined {
    this.#closeOld(nowMs);
    const own = this.#ofClient.get(client) ?? new Set();
    if (own.size >= this.#limits.openReportsPerClient) this.close(own.values().next().value!);
    if (this.#open.size >= this.#limits.openReports) return undefined;
    const id = `${head}_n1_${randomBytes(ID_BYTES).toString("hex")}`;
    this.#open.set(id, { client, untilMs: nowMs + this.#limits.reportMs });
    this.#ofClient.set(client, own.add(id));
    return id;
  }

  has(id: string, nowMs: number): boolean {
    this.#closeOld(nowMs);
    return this.#open.has(id);
  }

  close(id: string): boolean {
    const report = this.#open.get(id);
    if (!report) return false;
    this.#open.delete(id);
    const own = this.#ofClient.get(report.client)!;
    own.delete(id);
    if (own.size === 0) this.#ofClient.delete(report.client);
    return true;
  }

  #closeOld(nowMs: number): void {
    for (const [id, { untilMs }] of this.#open) {
      if (untilMs > nowMs) return;
      this.close(id);
    }
  }
}
