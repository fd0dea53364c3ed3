/**
 * What the pages may do with a laboratory, as functions that are handed in: the server knows nothing of how one is made.
 * All reject with one line for people. One laboratory at a time; only listed scenarios.
 */
import { z } from "zod";

const name = z.string().min(1).max(253);
const names = z.array(name).min(1).max(50);
const share = z.number().min(0).max(1);
const LONGEST_S = 7 * 86_400;

export const ORDER_KINDS = ["throttle", "block", "exercise"] as const;
export const FAULT_KINDS = [
  ...["operator-device", "box-malfunction", "box-overload", "wrong-order", "withdrawn-route", "flood"],
  ...["name-server", "congested-link", "maintenance"],
] as const;

export const startSchema = z.strictObject({
  scenario: z.string().regex(/^[a-z0-9-]{1,60}$/),
  seed: z.int().min(0).max(1_000_000_000).exactOptional(),
  /** Scenario clock against this machine's. */
  speed: z.number().min(0.1).max(10_000).exactOptional(),
  /** Absent: drawn and sealed, where the story has causes. */
  cause: name.exactOptional(),
  backend: z.enum(["kernel", "relay"]).exactOptional(),
});
export const visitSchema = z.strictObject({ client: name, site: name });
export const orderSchema = z.strictObject({
  kind: z.enum(ORDER_KINDS),
  targets: names,
  /** Of the devices of mobile and landline networks. */
  mobile: share.default(1),
  landline: share.default(1),
  networks: names.exactOptional(),
  forSeconds: z.number().positive().max(LONGEST_S).exactOptional(),
});
export const liftSchema = z.strictObject({ what: name });
export const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  forSeconds: z.number().positive().max(LONGEST_S),
  hosting: name.exactOptional(),
  networks: names.exactOptional(),
  sites: names.exactOptional(),
  scope: z.enum(["all", "outside"]).exactOptional(),
  share: share.exactOptional(),
  how: name.exactOptional(),
  rateBps: z.number().positive().max(1e12).exactOptional(),
});
export type LaboratoryStart = z.infer<typeof startSchema>;

type Line = Readonly<Record<string, unknown>>;

/** Of the one that runs. */
export interface RunningLaboratory {
  readonly id: string;
  readonly scenario: string;
  readonly title: string;
  readonly backend: string;
  /** Why it is made of relays, where nobody asked for that. */
  readonly whyRelay?: string;
  /** SHA-256 of what is sealed: the cause was drawn. */
  readonly hash?: string;
  /** What was hashed, once it is over or was asked for. */
  readonly sealed?: string;
  /** Absent: the story has none, or it is sealed. */
  readonly cause?: string;
}

export interface LaboratoryDoor {
  scenarios(): readonly { readonly name: string; readonly title: string }[];
  running(): RunningLaboratory | undefined;
  start(wish: LaboratoryStart): Promise<RunningLaboratory>;
  /** Clients, sites, boxes and their orders; without what a sealed cause would be known by. */
  status(): Promise<Line>;
  /** What happened since, visits too; the oldest of very many are gone. */
  lines(after: number): { readonly lines: readonly Line[]; readonly next: number; readonly lost: number };
  visit(wish: z.infer<typeof visitSchema>): Promise<Line>;
  order(wish: z.infer<typeof orderSchema>): Promise<string>;
  lift(wish: z.infer<typeof liftSchema>): Promise<unknown>;
  fault(wish: z.infer<typeof faultSchema>): Promise<string>;
  /** Opens the seal. */
  reveal(): RunningLaboratory;
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>;
}
