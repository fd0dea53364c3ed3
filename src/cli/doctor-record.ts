/** The record of `doctor --json`: one thing that this machine can do or lacks. */
import { z } from "zod";

export const abilitySchema = z.strictObject({
  type: z.literal("ability"),
  name: z.string().min(1),
  works: z.boolean(),
  why: z.string().min(1),
  /** What to run or do; absent where it works. */
  adds: z.string().min(1).exactOptional(),
});
export type Ability = z.infer<typeof abilitySchema>;

export function works(name: string, why: string): Ability {
  return { type: "ability", name, works: true, why };
}

export function lacks(name: string, why: string, adds: string): Ability {
  return { type: "ability", name, works: false, why, adds };
}
