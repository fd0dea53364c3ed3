/**
 * What a user names becomes what can be measured: a name, an address with port, or a URL. HTTPS only: a name in clear text
 * would trigger other boxes than the one that is asked about.
 */
import { isIP } from "node:net";

export interface ProbeTarget {
  /** As given, for people. */
  readonly text: string;
  readonly name: string;
  readonly port: number;
  readonly path: string;
  /** Given as http:, and measured over HTTPS all the same. */
  readonly isFromPlain?: boolean;
}

const HTTPS_PORT = 443;
const MOST_CHARACTERS = 2000;
const NAME =
  /^(?=.{1,253}\.?$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** The target, or in one line why the text is none. */
export function readTarget(text: string): ProbeTarget | string {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > MOST_CHARACTERS) return "is empty or too long";
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return "is no name and no URL";
  }
  const isFromPlain = url.protocol === "http:";
  if (isFromPlain) url.protocol = "https:";
  if (url.protocol !== "https:")
    return `${url.protocol.slice(0, -1)} cannot be measured: name an https URL or a host name`;
  if (url.username !== "" || url.password !== "")
    return "holds a user name or password, which would stand in the report: leave it out";
  const name = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(name) === 0 && !NAME.test(name)) return "is no host name";
  const port = url.port === "" ? HTTPS_PORT : Number(url.port);
  const path = `${url.pathname}${url.search}`;
  return { text: trimmed, name, port, path, ...(isFromPlain ? { isFromPlain } : {}) };
}

/** "ADDRESS", "ADDRESS:PORT", "[IPV6]:PORT"; names are allowed and looked up later. */
export function readPlace(text: string, usualPort = HTTPS_PORT): { host: string; port: number } | undefined {
  const bare = isIP(text) === 6 ? `[${text}]` : text;
  try {
    const url = new URL(`https://${bare}`);
    if (url.pathname !== "/" || url.search || url.username) return undefined;
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) === 0 && !NAME.test(host)) return undefined;
    return { host, port: url.port === "" ? (/:443$/.test(bare) ? HTTPS_PORT : usualPort) : Number(url.port) };
  } catch {
    return undefined;
  }
}
