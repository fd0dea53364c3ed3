/** The parameters of OONI's API (conventions 5) as schemas, and what they ask of the store. */
import type { Scope } from "../../store/store.ts";
import { Refusal } from "../refusal.ts";

const DAY = "^\\d{4}-\\d{2}-\\d{2}$";
const MOMENT = "^\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2})?)?$";
const MOST_TEXT = 255;
const MOST_INPUT = 2_000;

const text = (maxLength: number, description: string): object => ({
  type: "string",
  minLength: 1,
  maxLength,
  description,
});

export const SCOPE_PARAMETERS = {
  probe_cc: { type: "string", pattern: "^[A-Za-z]{2}$", description: "country of the probe: RU" },
  probe_asn: {
    type: "string",
    pattern: "^([aA][sS])?\\d{1,10}$",
    description: "network of the probe: AS12389",
  },
  domain: text(MOST_TEXT, "name that was measured"),
  input: text(MOST_INPUT, "URL or name that was measured; its host is asked for"),
  since: { type: "string", pattern: MOMENT, description: "day or RFC 3339, UTC" },
  until: { type: "string", pattern: MOMENT, description: "earlier than this" },
} as const;

/** Of OONI's, about which this store keeps nothing: taken, not applied, and named in the answer. */
export const UNKEPT_PARAMETERS = {
  test_name: text(MOST_TEXT, "not kept here: not applied, and the answer says so"),
  category_code: text(MOST_TEXT, "not kept here: not applied, and the answer says so"),
  software_name: text(MOST_TEXT, "not kept here: not applied, and the answer says so"),
  report_id: text(MOST_TEXT, "not kept here: not applied, and the answer says so"),
} as const;

export type Asked = Readonly<Partial<Record<string, string | number | boolean>>>;

export function scopeOf(asked: Asked): Scope {
  const { probe_cc: country, probe_asn: asn, domain, input, since, until } = asked;
  const target = domain ?? (input === undefined ? undefined : hostOf(String(input)));
  const scope: Scope = {
    ...(country !== undefined && { country: String(country).toUpperCase() }),
    ...(asn !== undefined && { asn: networkOf(String(asn)) }),
    ...(target !== undefined && { target: String(target).toLowerCase() }),
    ...(since !== undefined && { sinceMs: momentOf("since", String(since)) }),
    ...(until !== undefined && { untilMs: momentOf("until", String(until)) }),
  };
  if (scope.sinceMs !== undefined && scope.untilMs !== undefined && scope.sinceMs >= scope.untilMs)
    throw new Refusal(400, "until is not later than since");
  return scope;
}

export function unkeptOf(asked: Asked): string[] {
  return Object.keys(UNKEPT_PARAMETERS).filter((name) => asked[name] !== undefined);
}

const HIGHEST_NETWORK = 4_294_967_295;

function networkOf(said: string): number {
  const asn = Number(said.replace(/^as/i, ""));
  if (asn > HIGHEST_NETWORK) throw new Refusal(400, "probe_asn: no number of a network");
  return asn;
}

function hostOf(input: string): string {
  return URL.canParse(input) ? new URL(input).hostname || input : input;
}

/** A time without a zone is UTC. */
function momentOf(name: string, said: string): number {
  const whole = new RegExp(DAY).test(said) ? `${said}T00:00:00Z` : said.replace(" ", "T");
  const ms = Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(whole) ? whole : `${whole}Z`);
  if (Number.isNaN(ms)) throw new Refusal(400, `${name}: no such time`);
  return ms;
}
