/**
 * Sends a report to the server that the page came from, and deletes it there again. Whatever the answer, what was measured
 * stays on the page.
 */
export type Sent =
  | { readonly kind: "kept" }
  | { readonly kind: "waiting" }
  | { readonly kind: "refused"; readonly because: string }
  /** Without a token: the server had it already. */
  | { readonly kind: "done"; readonly token?: string };

export type Deleted =
  | { readonly kind: "deleting" }
  | { readonly kind: "deleted"; readonly count: number }
  | { readonly kind: "pending" }
  | { readonly kind: "failed"; readonly because: string };

const TIMEOUT_MS = 30_000;
const LONGEST_REASON = 200;

export async function send(report: Readonly<Record<string, unknown>>): Promise<Sent> {
  const answer = await post("/api/v1/submit_measurement", {
    format: "json",
    content: JSON.stringify(report),
  });
  if (typeof answer === "string") return { kind: "refused", because: answer };
  const token = answer["deletion_token"];
  return { kind: "done", ...(typeof token === "string" && { token }) };
}

export async function forget(token: string): Promise<Deleted> {
  const answer = await post("/api/v1/forget", { token });
  if (typeof answer === "string") return { kind: "failed", because: answer };
  const count = answer["deleted"];
  return typeof count === "number" ? { kind: "deleted", count } : { kind: "pending" };
}

/** The answer's fields, or why there are none. */
async function post(path: string, body: object): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    const response = await fetch(path, {
      ...{ method: "POST", body: JSON.stringify(body), redirect: "error" },
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    const fields = (typeof answer === "object" && answer !== null ? answer : {}) as Record<string, unknown>;
    if (response.ok) return fields;
    const { error } = fields;
    return (typeof error === "string" ? error : `HTTP ${response.status}`).slice(0, LONGEST_REASON);
  } catch (error) {
    return (error as Error).message.slice(0, LONGEST_REASON);
  }
}
