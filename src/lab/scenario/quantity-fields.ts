/**
 * Fields of a scenario file that hold quantities, as zod schemas: text with a unit in, plain numbers out.
 */
import { z } from "zod";
import type { Result } from "../../base/problem.ts";
import { parseBytes, parseDuration, parseDurationRange, parseRate } from "../../base/quantity.ts";

function quantity<T>(parse: (text: string) => Result<T>): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue(parsed.problem.reason);
    return z.NEVER;
  }) as unknown as z.ZodType<T>;
}

/** Bit/s. */
export const rateField = quantity(parseRate);
export const bytesField = quantity(parseBytes);
export const durationUsField = quantity(parseDuration);
export const durationMsField = durationUsField.transform((us) => us / 1000);
export const rangeMsField = quantity(parseDurationRange).transform(
  ([low, high]) => [low / 1000, high / 1000] as const,
);
export const shareField = z.number().min(0).max(1);

/** Absolute ms, or ms after the scenario's start. */
export const timeField = z.string().transform((text, context) => {
  if (text.startsWith("+")) {
    const parsed = parseDuration(text.slice(1));
    if (parsed.ok) return { afterStartMs: parsed.value / 1000 };
    context.addIssue(parsed.problem.reason);
    return z.NEVER;
  }
  const ms = Date.parse(text);
  if (!Number.isNaN(ms) && /^\d{4}-\d\d-\d\d/.test(text)) return { ms };
  context.addIssue(`'${text.slice(0, 40)}' is no time: write 2021-03-10T07:00:00Z, or +90m after the start`);
  return z.NEVER;
});
export type TimeField = z.infer<typeof timeField>;
