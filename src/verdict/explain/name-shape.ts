/** The shapes that a name's pattern can have, how they are written, and what each claims of other names. */
import type { MakeName } from "./question-log.ts";

export interface NameShape {
  readonly kind: "exact" | "domain" | "below" | "ends" | "contains" | "starts";
  /** What must be there; of `below` with the dot before it. */
  readonly core: string;
}

export interface Claim {
  readonly make: MakeName;
  readonly acts: boolean;
  /** Of `below`: the name itself, which may be meant as well. */
  readonly isItself?: true;
}

export function patternText({ kind, core }: NameShape): string {
  switch (kind) {
    case "exact":
      return core;
    case "domain":
      return `${core}, *.${core}`;
    case "below":
    case "ends":
      return `*${core}`;
    case "contains":
      return `*${core}*`;
    case "starts":
      return `${core}*`;
  }
}

/** Names with fresh letters: what the shape takes, and what is just beyond each of its ends. */
export function claimsOf({ kind, core }: NameShape, letters: () => string): Claim[] {
  const yes = (make: MakeName): Claim => ({ make, acts: true });
  const no = (make: MakeName): Claim => ({ make, acts: false });
  const shorter = (make: MakeName): Claim[] => (core.length > 1 ? [no(make)] : []);
  switch (kind) {
    case "exact":
      return [yes(() => core), no(() => letters() + core), no(() => `${letters()}.${core}`)];
    case "domain":
      return [
        ...[yes(() => core), yes(() => `${letters()}.${core}`)],
        ...[no(() => letters() + core), no(() => core + letters())],
      ];
    case "below":
      return [
        ...[yes(() => letters() + core), no(() => letters() + core.slice(1))],
        ...[no(() => letters() + core + letters()), { ...no(() => core.slice(1)), isItself: true as const }],
      ];
    case "ends":
      return [
        ...[yes(() => letters() + core), yes(() => `${letters()}.${core}`)],
        ...[...shorter(() => letters() + core.slice(1)), no(() => letters() + core + letters())],
      ];
    case "contains":
      return [
        yes(() => letters() + core + letters()),
        ...shorter(() => letters() + core.slice(1) + letters()),
        ...shorter(() => letters() + core.slice(0, -1) + letters()),
      ];
    case "starts":
      return [
        ...[yes(() => core + letters()), no(() => letters() + core + letters())],
        ...shorter(() => core.slice(0, -1) + letters()),
      ];
  }
}
