/**
 * A report of our own probe (OONI df-000, `test_name` brakelight_pairs) becomes entries of a store: its observations, each
 * checked, and its verdict. What else is in it is not kept. Whether it is simulated stands in its records.
 */
import { z } from "zod";
import { failure, type Result, success } from "../base/problem.ts";
import type { LooseObject } from "../observation/loose-json.ts";
import type { Observation } from "../observation/observation.ts";
import { MECHANISMS, ORIGINS, SLOWNESS, STATES } from "../observation/vocabulary.ts";
import { bypassSchema, ruledOutSchema, rungSchema, type Verdict, verdictSchema } from "../verdict/verdict.ts";
import { checkRecord } from "./checked-line.ts";
import type { Entries, StoredObservation } from "./store.ts";

export const PROBE_TEST = "brakelight_pairs";
const MOST_OBSERVATIONS = 10_000;
const LARGEST_ASN = 4_294_967_295;

const text = z.string().min(1);
const rate = z.number().nonnegative();
/** Of the probe's verdict, what every verdict has; the rest is dropped. */
const probeVerdict = z.object({
  ...{ measurementId: text, time: z.iso.datetime().exactOptional(), target: text.exactOptional() },
  ...{
    state: z.enum(STATES),
    slowness: z.enum(SLOWNESS).exactOptional(),
    mechanisms: z.array(z.enum(MECHANISMS)),
  },
  ...{ rateBps: rate.exactOptional(), rateLowBps: rate.exactOptional(), rateHighBps: rate.exactOptional() },
  confidence: z.number().min(0).max(1).exactOptional(),
  trigger: z.object({ pattern: text.exactOptional(), where: z.enum(["sni", "host"]) }).exactOptional(),
  place: z
    .object({
      throttlerHop: z.int().positive().exactOptional(),
      blockerHop: z.int().positive().exactOptional(),
    })
    .exactOptional(),
  ...{ ladder: z.array(rungSchema).exactOptional(), bypass: bypassSchema.exactOptional() },
  ...{ evidence: z.array(text), ruledOut: z.array(ruledOutSchema), methodVersion: text },
  origin: z.enum(ORIGINS),
});

export function probeReportEntries(report: LooseObject): Result<Entries> {
  const keys = report.object("test_keys");
  const list = keys?.raw("observations");
  if (!keys || !Array.isArray(list)) return failure("report of a probe without observations");
  if (list.length > MOST_OBSERVATIONS)
    return failure(`report of more than ${MOST_OBSERVATIONS} observations`);
  const who = whoOf(report);
  const observations: StoredObservation[] = [];
  for (const [part, item] of list.entries()) {
    const checked = checkRecord(item);
    if (!checked.ok) return failure(`observation ${part}: ${checked.problem.reason}`);
    observations.push({ observation: { ...who, ...checked.value.observation }, part });
  }
  const verdict = verdictOf(keys.raw("verdict"), who);
  if (!verdict.ok) return verdict;
  const { measurementId, origin } = verdict.value;
  if (
    observations.some(
      ({ observation }) => observation.measurementId !== measurementId || observation.origin !== origin,
    )
  )
    return failure("observations and verdict are of different measurements");
  return success({ observations, verdicts: [verdict.value] });
}

/** Where the user says so; the probe does not find out. */
function whoOf(report: LooseObject): Pick<Observation, "asn" | "country"> {
  const asn = Number(/^(?:AS)?(\d{1,10})$/i.exec(String(report.raw("probe_asn")))?.[1] ?? 0);
  const country = report.text("probe_cc") ?? "ZZ";
  return {
    ...(asn > 0 && asn <= LARGEST_ASN && { asn }),
    ...(/^[A-Z]{2}$/.test(country) && country !== "ZZ" && { country }),
  };
}

function verdictOf(value: unknown, who: Partial<Verdict>): Result<Verdict> {
  const read = probeVerdict.safeParse(value);
  if (!read.success)
    return failure(`verdict: ${read.error.issues[0]!.path.join(".")} is not as it should be`);
  const { rateBps, rateLowBps: lowBps, rateHighBps: highBps, trigger, place, ...rest } = read.data;
  const hop = place?.throttlerHop ?? place?.blockerHop;
  const whole = verdictSchema.safeParse({
    ...who,
    ...rest,
    ...(rateBps !== undefined && {
      rate: {
        rateBps,
        ...(lowBps !== undefined && highBps !== undefined && { interval: { lowBps, highBps } }),
      },
    }),
    ...(trigger && {
      trigger: { kind: trigger.where, ...(trigger.pattern !== undefined && { value: trigger.pattern }) },
    }),
    ...(hop !== undefined && { place: { afterHop: hop - 1, atOrBeforeHop: hop } }),
  });
  if (!whole.success) return failure(`verdict: ${whole.error.issues[0]!.path.join(".")} is out of bounds`);
  return success(whole.data);
}
