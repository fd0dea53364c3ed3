/** What the rules page asks its worker, and what comes back. */
import type { NameProtocol } from "../../../src/rules/rule.ts";

export interface RulesQuestion {
  readonly now: Uint8Array;
  /** An earlier version, to compare with. */
  readonly before?: Uint8Array;
  /** "rank,name" or a name a line. */
  readonly names: Uint8Array;
  readonly timeMs: number;
  readonly protocol: NameProtocol;
  readonly port: number;
}

export interface ListReading {
  readonly rules: number;
  /** The first of them, with their lines. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

export interface NameRow {
  readonly name: string;
  readonly rank: number | undefined;
  readonly share: number;
  readonly rule: string;
  readonly pattern: string | undefined;
  readonly change: "freed" | "added" | "kept" | undefined;
  /** Of the first rows alone: looking at every rule for every name takes long. */
  readonly because: string | undefined;
}

export interface RulesAnswer {
  readonly now: ListReading;
  readonly before?: ListReading;
  readonly namesBroken: number;
  readonly names: number;
  readonly hit: number;
  readonly intended: number;
  readonly collateral: number;
  readonly share: number;
  readonly change?: { readonly freed: number; readonly added: number; readonly kept: number };
  readonly byRule: readonly {
    readonly rule: string;
    readonly intent: readonly string[];
    readonly names: number;
    readonly share: number;
  }[];
  readonly rows: readonly NameRow[];
}

export type WorkerAnswer =
  | { readonly kind: "answer"; readonly answer: RulesAnswer }
  | { readonly kind: "failed"; readonly because: string };
