/**
 * Sends a report to a collector that the user named (--submit URL), as OONI's probes do: POST /api/v1/submit_measurement
 * (bk-003 and its successor). Nothing is sent anywhere else. The report stays in its file whatever becomes of this.
 */
import { CommandError } from "./command-error.ts";

const TIMEOUT_MS = 20_000;
const MOST_ANSWER_CHARACTERS = 10_000;
const PATH = "/api/v1/submit_measurement";

const MOST_WORD_CHARACTERS = 200;

export interface Submitted {
  readonly measurement_uid?: string;
  /** Of our collector: shown once, deletes the measurement. */
  readonly deletion_token?: string;
}

export function readCollector(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw new CommandError(`--submit: '${text}' is no URL of a collector such as https://collector.example`);
  return url;
}

/** Throws with one line that says what went wrong. */
export async function submit(measurement: Record<string, unknown>, collector: URL): Promise<Submitted> {
  const body = JSON.stringify({ format: "json", content: JSON.stringify(measurement) });
  const place = new URL(PATH, collector);
  let status: number;
  let text: string;
  try {
    const answer = await fetch(place, {
      ...{ method: "POST", body, redirect: "error" },
      headers: { "content-type": "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = answer.status;
    text = (await answer.text()).slice(0, MOST_ANSWER_CHARACTERS);
  } catch (error) {
    const { cause } = error as Error;
    throw new Error(`${place.host} cannot be reached: ${(cause ?? error) as Error}`);
  }
  if (status !== 200) throw new Error(`${place.host} answered ${status}: ${firstLine(text)}`);
  const submitted = submittedOf(text);
  if (!submitted) throw new Error(`${place.host} does not answer as a collector does`);
  return submitted;
}

/** Read by hand: the single file has no library that validates. */
function submittedOf(text: string): Submitted | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return undefined;
  const words = answer as Readonly<Record<string, unknown>>;
  const wordOf = (name: keyof Submitted): Submitted => {
    const word = words[name];
    return typeof word === "string" && word.length <= MOST_WORD_CHARACTERS ? { [name]: word } : {};
  };
  return { ...wordOf("measurement_uid"), ...wordOf("deletion_token") };
}

function firstLine(text: string): string {
  return text.split("\n")[0]!.slice(0, 200) || "without a word";
}
