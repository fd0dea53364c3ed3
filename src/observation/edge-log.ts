/**
 * One line of a service's own log at its edge becomes an Observation: who by prefix only, which host, how much, how long.
 * A speed is only told where the transfer was large enough to have one.
 */
import { failure, type Result, success } from "../base/problem.ts";
import { type Cells, utcTime } from "./mapped-columns.ts";
import type { Observation } from "./observation.ts";
import { coarsePrefixOf } from "./prefix.ts";
import type { RecordIds } from "./record-id.ts";

const LEAST_BYTES_FOR_SPEED = 50_000;
const LONGEST_HOST = 253;
const NUMBER = /^\d{1,15}(\.\d{1,9})?$/;

export function readEdgeLogLine(cells: Cells, ids: RecordIds): Result<Observation> {
  const time = utcTime(cells("time"));
  if (time === undefined) return failure("time is no time with a day");
  const prefix = coarsePrefixOf(cells("client"));
  if (prefix === undefined) return failure("client is no address");
  const target = cells("host").toLowerCase().replace(/:\d+$/, "");
  if (target === "" || target.length > LONGEST_HOST) return failure("host is empty or too long");
  const number = (field: string): number | undefined =>
    NUMBER.test(cells(field)) ? Number(cells(field)) : undefined;
  const bytes = number("bytes");
  const seconds = number("duration");
  const milliseconds = number("duration_ms") ?? (seconds === undefined ? undefined : seconds * 1000);
  const status = number("status");
  const asn = Number(/^(?:AS)?(\d{1,10})$/i.exec(cells("asn"))?.[1] ?? 0);
  const country = cells("country");
  const isSpeed = bytes !== undefined && bytes >= LEAST_BYTES_FOR_SPEED && (milliseconds ?? 0) > 0;
  const kept: Omit<Observation, "measurementId"> = {
    ...{ origin: "imported", role: "target", time, prefix, target },
    ...(asn > 0 && asn <= 4_294_967_295 && { asn }),
    ...(/^[A-Z]{2}$/.test(country) && country !== "ZZ" && { country }),
    ...(bytes !== undefined && { bytes }),
    ...(milliseconds !== undefined && { durationUs: milliseconds * 1000 }),
    ...(isSpeed && { goodputBps: (bytes * 8000) / milliseconds! }),
    ...(status !== undefined && Number.isInteger(status) && status <= 999 && { statusCode: status }),
  };
  return success({ measurementId: ids.of(kept), ...kept });
}
