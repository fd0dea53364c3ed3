/**
 * What becomes of one submission: checked, into the journal, acknowledged when it is on the disk. The same measurement
 * again is acknowledged again and kept once; its deletion token is told once, with the first.
 */
import { createHash, randomBytes } from "node:crypto";
import ipaddr from "ipaddr.js";
import { coarsePrefixOf } from "../../observation/prefix.ts";
import { type Journal, JournalFull } from "../journal/journal.ts";
import type { Limits } from "../limits.ts";
import { Refusal } from "../refusal.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Intake } from "./intake.ts";
import { bytesOf } from "./journal-entry.ts";
import { readSubmission } from "./measurement.ts";
import { RecentIds } from "./recent-ids.ts";

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const FULL_RETRY_S = 30;
const DISK_RETRY_S = 60;
const FORGET_WAIT_MS = 15_000;

export interface Acknowledged {
  readonly measurement_uid: string;
  /** Shown once; absent for what was there already. */
  readonly deletion_token?: string;
}

export interface CollectorParts {
  readonly journal: Journal;
  readonly intake: Intake;
  readonly deadLetters: DeadLetters;
  readonly limits: Limits;
  readonly nowMs: () => number;
}

export class Collector {
  readonly #parts: CollectorParts;
  readonly recent = new RecentIds();
  acknowledged = 0;
  repeated = 0;
  refused = 0;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
  }

  /** Throws a Refusal. `address` is looked at and not kept. */
  async submit(content: string, address: string): Promise<Acknowledged> {
    const { nowMs, limits, deadLetters } = this.#parts;
    const prefix = isPublicAddress(address) ? coarsePrefixOf(address) : undefined;
    const seen = { nowMs: nowMs(), nesting: limits.nesting, prefix };
    const refuse = (reason: string): Refusal => {
      this.refused++;
      deadLetters.refuse(reason, content, seen.nowMs);
      return new Refusal(400, reason);
    };
    const read = readSubmission(content, seen);
    if (!read.ok) throw refuse(read.problem.reason);
    const { id } = read.value;
    const earlier = this.recent.get(id);
    if (earlier) {
      await this.#kept(earlier);
      this.repeated++;
      return { measurement_uid: id };
    }
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const payload = bytesOf({ v: 1, kind: "submission", token: hashOf(token), ...read.value });
    if (mentions(payload, address)) throw refuse("the address that it was sent from stands in it");
    const kept = this.#parts.journal.append(payload);
    this.recent.add(id, kept);
    await this.#kept(kept);
    this.acknowledged++;
    return { measurement_uid: id, deletion_token: token };
  }

  /** How many observations went; undefined: not yet, but it is in the journal and will be done. */
  async forget(token: unknown): Promise<number | undefined> {
    if (typeof token !== "string" || !TOKEN.test(token)) throw new Refusal(400, "no deletion token");
    const { intake, journal } = this.#parts;
    const { ticket, deleted, giveUp } = intake.expectForget();
    this.recent.clear();
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.#kept(journal.append(bytesOf({ v: 1, kind: "forget", token: hashOf(token), ticket })));
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), FORGET_WAIT_MS);
      });
      const count = await Promise.race([deleted, late]);
      // What was deleted is not to stay in the journal either.
      journal.giveUpSegment();
      await journal.append(bytesOf({ v: 1, kind: "none" })).catch(() => {});
      return count;
    } finally {
      clearTimeout(timer);
      giveUp();
    }
  }

  async #kept(promise: Promise<void>): Promise<void> {
    try {
      await promise;
    } catch (error) {
      if (error instanceof JournalFull)
        throw new Refusal(503, "the collector is busy: come again later", FULL_RETRY_S);
      throw new Refusal(503, "the collector cannot keep it now: come again later", DISK_RETRY_S);
    }
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** Of this machine itself says nothing of anybody. */
const OWN = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const OF_ADDRESS = /[0-9A-Fa-f.:]/;

function mentions(payload: Buffer, address: string): boolean {
  if (OWN.has(address) || !ipaddr.isValid(address)) return false;
  for (const text of new Set([address, ipaddr.process(address).toString()])) {
    for (let at = payload.indexOf(text); at >= 0; at = payload.indexOf(text, at + 1)) {
      const around = [payload[at - 1], payload[at + text.length]].map((code) =>
        String.fromCharCode(code ?? 0),
      );
      if (!around.some((character) => OF_ADDRESS.test(character))) return true;
    }
  }
  return false;
}
