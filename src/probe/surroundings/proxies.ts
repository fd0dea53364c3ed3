/**
 * Proxies that the environment names (curl's variables, which most programs follow). The probe itself connects
 * directly, so that they are never certain to touch it; a browser on the same machine sees another network.
 */
import type { Finding } from "./finding.ts";

const VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "SOCKS_PROXY"];
const MAX_SHOWN = 100;

export function findProxies(environment: Readonly<Record<string, string | undefined>>): Finding[] {
  return VARIABLES.flatMap((upper): Finding[] => {
    const name = [upper, upper.toLowerCase()].find((variable) => environment[variable]?.trim());
    if (name === undefined) return [];
    const value = withoutPassword(environment[name]!.trim());
    return [
      {
        kind: "proxy",
        what: `${name} sends other programs through ${value}; this measurement connects directly`,
        certain: false,
      },
    ];
  });
}

/** "http://user:secret@proxy:3128" -> "http://proxy:3128": reports are shared. */
export function withoutPassword(value: string): string {
  const scheme = /^[a-z][a-z0-9+.-]{0,20}:\/\//i.exec(value)?.[0] ?? "";
  const rest = value.slice(scheme.length).replace(/[/?#].*$/s, "");
  const host = rest.slice(rest.lastIndexOf("@") + 1).replace(/[^\x21-\x7e]/g, "");
  return `${scheme}${host}`.slice(0, MAX_SHOWN);
}
