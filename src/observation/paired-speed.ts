/**
 * Reads CSV of paired speeds (target, control, and maybe a lookalike of the target's name) into Observations.
 * A column mapping says which header is what; the crowd's files of March and April 2021 are the first.
 * A speed that is negative, zero or no number is reported with its line and column and left out;
 * the rest of its row is kept. An empty cell was not measured and is no problem.
 */
import type { Problem } from "../base/problem.ts";
import { CsvParser, csvFields } from "./csv.ts";
import type { Observation, Role } from "./observation.ts";
import { placeOfAddress } from "./place.ts";

export interface ColumnMapping {
  readonly name: string;
  readonly time: string;
  readonly target: string;
  readonly control: string;
  readonly lookalike?: string;
  readonly asn?: string;
  readonly networkName?: string;
  readonly country?: string;
  /** An IPv4 address, already without its last octet or not; only its /24 is kept. */
  readonly address?: string;
  /** The announced prefix, used where there is no address. */
  readonly prefix?: string;
  /** Bits per second in one unit of the speed columns. */
  readonly bpsPerUnit: number;
  /** What the transfers were of, in words for a person. */
  readonly targetName: string;
  readonly controlName: string;
  readonly lookalikeName?: string;
  /** Size of each transfer where it is known and fixed. */
  readonly transferBytes?: number;
}

/** github.com/4ndv/russia-twitter-throttle. Every value is exactly 3,000,000 bit / milliseconds. */
export const crowdColumns: ColumnMapping = {
  name: "crowd",
  time: "datetime_rounded",
  target: "test_result",
  control: "control_result",
  lookalike: "control_taco_result",
  asn: "asn",
  networkName: "as_organization",
  country: "as_country",
  address: "anonymized_ip",
  prefix: "subnet",
  bpsPerUnit: 1_000,
  targetName: "abs.twimg.com",
  controlName: "control server",
  lookalikeName: "control server with t.co in its name",
  transferBytes: 375_000,
};

/** For anybody's own measurements: time,target_kbps,control_kbps and, where known, asn,network,country,address. */
export const plainColumns: ColumnMapping = {
  name: "plain",
  time: "time",
  target: "target_kbps",
  control: "control_kbps",
  asn: "asn",
  networkName: "network",
  country: "country",
  address: "address",
  bpsPerUnit: 1_000,
  targetName: "target",
  controlName: "control",
};

export const PAIRED_SPEED_MAPPINGS: readonly ColumnMapping[] = [crowdColumns, plainColumns];

export interface PairedSpeedRow {
  readonly line: number;
  /** Part of the network that the address lies in, finer than what is stored (place.ts): for counting votes, not to keep. */
  readonly place?: string;
  readonly target?: Observation;
  readonly control?: Observation;
  readonly lookalike?: Observation;
}

export interface PairedSpeedOptions {
  /** Tried in order against the header; the first that fits is used. */
  readonly mappings?: readonly ColumnMapping[];
  /** Goes before the line number in measurement ids, to tell files apart. */
  readonly source?: string;
}

/** The mapping whose required columns the header line has. */
export function looksLikePairedSpeed(
  firstLine: string,
  mappings: readonly ColumnMapping[] = PAIRED_SPEED_MAPPINGS,
): ColumnMapping | undefined {
  const header = csvFields(firstLine);
  return header && mappingOf(header, mappings);
}

/** A mapping fits when its speeds and, where it names the site that they are of, its other columns are there. */
function mappingOf(header: readonly string[], mappings: readonly ColumnMapping[]): ColumnMapping | undefined {
  const names = new Set(header.map((name) => name.trim()));
  return mappings.find(({ time, target, control, lookalike }) =>
    [time, target, control, ...(lookalike === undefined ? [] : [lookalike])].every((name) => names.has(name)),
  );
}

/** Speeds that are believed: from a bit in some minutes to a terabit a second. */
const SLOWEST_BPS = 1e-3;
const FASTEST_BPS = 1e12;
const DECIMAL = /^[+-]?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,3})?$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(?: ?UTC|Z|\+00:?00)?$/;
const IPV4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/;
const PREFIX = /^[0-9a-fA-F:.]{2,45}\/\d{1,3}$/;
const TEXT_LIMIT = 200;
const SHOWN_CHARACTERS = 40;

export class PairedSpeedReader {
  readonly #onRow: (row: PairedSpeedRow) => void;
  readonly #onProblem: (problem: Problem) => void;
  readonly #mappings: readonly ColumnMapping[];
  readonly #source: string;
  readonly #csv: CsvParser;
  #mapping: ColumnMapping | undefined;
  #columns = new Map<string, number>();
  #width = 0;
  #headerSeen = false;

  constructor(
    onRow: (row: PairedSpeedRow) => void,
    onProblem: (problem: Problem) => void,
    options: PairedSpeedOptions = {},
  ) {
    this.#onRow = onRow;
    this.#onProblem = onProblem;
    this.#mappings = options.mappings ?? PAIRED_SPEED_MAPPINGS;
    this.#source = options.source ?? "paired-speed";
    this.#csv = new CsvParser((fields, line) => this.#record(fields, line), onProblem);
  }

  push(chunk: Uint8Array): void {
    this.#csv.push(chunk);
  }

  end(): void {
    this.#csv.end();
    if (!this.#headerSeen) this.#onProblem({ reason: "no header line" });
  }

  #record(fields: readonly string[], line: number): void {
    if (!this.#headerSeen) {
      this.#headerSeen = true;
      this.#mapping = mappingOf(fields, this.#mappings);
      if (!this.#mapping) this.#onProblem({ reason: "header fits no known column mapping", line });
      this.#columns = new Map(fields.map((name, index) => [name.trim(), index]));
      this.#width = fields.length;
      return;
    }
    const mapping = this.#mapping;
    if (!mapping) return;
    if (fields.length !== this.#width) {
      this.#onProblem({ reason: `${fields.length} fields where the header has ${this.#width}`, line });
      return;
    }
    const cell = (column: string | undefined): string =>
      column === undefined ? "" : (fields[this.#columns.get(column) ?? -1] ?? "").trim();
    const who = this.#who(mapping, cell, line);
    const target = this.#transfer("target", mapping.target, mapping.targetName, mapping, cell, who, line);
    const control = this.#transfer("control", mapping.control, mapping.controlName, mapping, cell, who, line);
    const lookalike = this.#transfer(
      "lookalike",
      mapping.lookalike,
      mapping.lookalikeName ?? "lookalike",
      mapping,
      cell,
      who,
      line,
    );
    if (!target && !control && !lookalike) return;
    const place = placeOfAddress(cell(mapping.address));
    this.#onRow({
      line,
      ...(place !== undefined && { place }),
      ...(target && { target }),
      ...(control && { control }),
      ...(lookalike && { lookalike }),
    });
  }

  #who(mapping: ColumnMapping, cell: (column: string | undefined) => string, line: number): Who {
    const time = utc(cell(mapping.time));
    if (time === undefined) {
      this.#onProblem({ reason: `${mapping.time} is '${shown(cell(mapping.time))}': no UTC time`, line });
    }
    const asn = Number(/^(?:AS)?(\d{1,10})$/i.exec(cell(mapping.asn))?.[1] ?? 0);
    const networkName = cell(mapping.networkName).slice(0, TEXT_LIMIT);
    const country = cell(mapping.country);
    const prefix = prefixOf(cell(mapping.address), cell(mapping.prefix));
    return {
      measurementId: `${this.#source}:${line}`,
      origin: "imported",
      ...(time !== undefined && { time }),
      ...(asn > 0 && asn <= 4_294_967_295 && { asn }),
      ...(networkName !== "" && { networkName }),
      ...(/^[A-Z]{2}$/.test(country) && country !== "ZZ" && { country }),
      ...(prefix !== undefined && { prefix }),
    };
  }

  #transfer(
    role: Role,
    column: string | undefined,
    target: string,
    mapping: ColumnMapping,
    cell: (column: string | undefined) => string,
    who: Who,
    line: number,
  ): Observation | undefined {
    const text = cell(column);
    if (text === "") return undefined;
    const goodputBps = DECIMAL.test(text) ? Number(text) * mapping.bpsPerUnit : Number.NaN;
    if (!(goodputBps >= SLOWEST_BPS && goodputBps <= FASTEST_BPS)) {
      const what = Number.isNaN(goodputBps)
        ? "no number"
        : goodputBps > FASTEST_BPS
          ? "faster than any link"
          : goodputBps > 0
            ? "slower than any transfer"
            : "not above zero";
      this.#onProblem({ reason: `${column} is '${shown(text)}': ${what}`, line });
      return undefined;
    }
    const bytes = mapping.transferBytes;
    return {
      ...who,
      role,
      target,
      goodputBps,
      ...(bytes !== undefined && { bytes, durationUs: (bytes * 8e6) / goodputBps }),
    };
  }
}

type Who = Pick<
  Observation,
  "measurementId" | "origin" | "time" | "asn" | "networkName" | "country" | "prefix"
>;

function shown(text: string): string {
  return text.slice(0, SHOWN_CHARACTERS);
}

/** "2021-03-13 00:00:00 UTC" -> "2021-03-13T00:00:00Z" */
function utc(text: string): string | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const time = `${match[1]}T${match[2]}${match[3] ?? ""}Z`;
  const moment = Date.parse(time);
  // Date.parse takes 30 February for 2 March in some engines.
  return Number.isNaN(moment) || !new Date(moment).toISOString().startsWith(time.slice(0, 19))
    ? undefined
    : time;
}

/** The address' /24, or else the announced prefix, itself no longer than /24 (IPv4) or /32 (IPv6). */
function prefixOf(address: string, announced: string): string | undefined {
  const network = IPV4.exec(address)?.[1];
  if (network?.split(".").every((octet) => Number(octet) <= 255)) return `${network}.0/24`;
  if (!PREFIX.test(announced)) return undefined;
  return Number(announced.split("/")[1]) <= (announced.includes(":") ? 32 : 24) ? announced : undefined;
}
