import { expect, test } from "vitest";
import { failureKind } from "./failure.ts";
import { OONI_FAILURES } from "./vocabulary.ts";

test("sorts every string of df-007", () => {
  expect(OONI_FAILURES.filter((failure) => failureKind(failure) === "unknown")).toEqual([]);
});

test("sorts what the test helper and older probes say", () => {
  expect(failureKind("dns_name_error")).toBe("dns-nxdomain");
  expect(failureKind("connection_refused_error")).toBe("refused");
  expect(failureKind("response_never_received")).toBe("eof");
});

test("reads what an unknown failure gives away, and leaves the rest unknown", () => {
  expect(failureKind("unknown_failure: read tcp [scrubbed]: connection reset by peer")).toBe("reset");
  expect(failureKind("unknown_failure: context deadline exceeded")).toBe("timeout");
  expect(failureKind("unknown_failure: something else")).toBe("unknown");
  expect(failureKind("")).toBe("unknown");
});
