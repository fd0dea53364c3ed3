/**
 * Patterns for names, from and to the way people write them: `t.co`, `*.twimg.com`, `*twitter.com`, `*t.co*`.
 * Names in other scripts become what a packet carries (xn--, RFC 5891). Anything else that is no name is refused
 * with the reason: no character is dropped or guessed. An asterisk inside a name, or only behind it, is refused.
 */
import { failure, type Result, success } from "../base/problem.ts";
import type { NamePattern } from "./rule.ts";

/** RFC 1035, section 2.3.4, and room for a trailing dot. */
export const LONGEST_NAME = 255;

const DOT = 0x2e;

/** Bytes compared without regard to ASCII case (RFC 4343). */
export const FOLD = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

export function parsePattern(text: string): Result<NamePattern> {
  if (text.length > LONGEST_NAME + 2) return failure(`a name of more than ${LONGEST_NAME} characters`);
  const opens = text.startsWith("*");
  const closes = text.length > 1 && text.endsWith("*");
  const bare = text.slice(opens ? 1 : 0, closes ? -1 : undefined);
  if (text === "") return failure("an empty name");
  if (bare === "") return failure(`'${text}' would match every name; 'any: true' says so`);
  if (bare.includes("*")) return failure(`'${text}' has an asterisk inside, which no pattern has`);
  if (closes && !opens)
    return failure(`'${text}' is open at the end only; write '*${text}' or the whole name`);
  const kind = closes ? "contains" : !opens ? "exact" : bare.startsWith(".") ? "suffix" : "ends-with";
  if (kind === "exact" && bare.startsWith("."))
    return failure(`'${text}' begins with a dot; write '*${text}' for the names below it`);
  if (kind === "suffix" && bare === ".") return failure(`'${text}' names nothing`);
  const written = asciiName(bare, kind);
  return written.ok ? success({ kind, text: written.value }) : written;
}

/** What `parsePattern` reads back. */
export function formatPattern({ kind, text }: NamePattern): string {
  if (kind === "exact") return text;
  return kind === "contains" ? `*${text}*` : `*${text}`;
}

/** The text as a string of bytes (one character each), folded: what packets are compared with. */
export function foldedBytes(text: string): string {
  let folded = "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every character of ASCII is meant.
  const bytes = /^[\x00-\x7f]*$/.test(text) ? undefined : new TextEncoder().encode(text);
  if (!bytes) return text.toLowerCase();
  for (const byte of bytes) folded += String.fromCharCode(FOLD[byte]!);
  return folded;
}

function asciiName(text: string, kind: NamePattern["kind"]): Result<string> {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const isAscii = /^[!-~]+$/.test(lower);
  const stranger = /[^a-z0-9._-]/.exec(isAscii ? lower : lower.replace(/[^\0-\x7f]/g, "a"));
  if (stranger) return failure(`${quoted(text)} holds ${quoted(stranger[0])}, which is in no name`);
  if (lower.includes("..")) return failure(`'${text}' has an empty label`);
  const ascii = isAscii ? success(lower) : punycode(lower, kind);
  if (ascii.ok && ascii.value.length > LONGEST_NAME)
    return failure(`a name of more than ${LONGEST_NAME} characters`);
  return ascii;
}

/** Half a label has no spelling in punycode: only whole labels of another script can be written in it. */
function punycode(text: string, kind: NamePattern["kind"]): Result<string> {
  const labels = text.split(".");
  const isHalf = (label: string | undefined): boolean => /[^\0-\x7f]/.test(label ?? "");
  const opensHalf = kind === "ends-with" || kind === "contains";
  if ((opensHalf && isHalf(labels[0])) || (kind === "contains" && isHalf(labels.at(-1))))
    return failure(`'${text}' has half a label in another script, which no packet carries`);
  const written: string[] = [];
  for (const label of labels) {
    if (!isHalf(label)) {
      written.push(label);
      continue;
    }
    try {
      const { hostname } = new URL(`http://${label}.a`);
      written.push(hostname.slice(0, -2));
    } catch {
      return failure(`${quoted(label)} cannot be written in punycode`);
    }
  }
  return success(written.join("."));
}

/** Text in a message: nothing in it moves a cursor, and it is never long. */
export function quoted(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
  return `'${shown.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?")}'`;
}

/** Whether `name` is `domain` or below it; both in lower case. */
export function isWithin(name: string, domain: string): boolean {
  return (
    name === domain ||
    (name.endsWith(domain) && name.charCodeAt(name.length - domain.length - 1) === DOT && domain !== "")
  );
}
