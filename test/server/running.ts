/** A server on loopback over a real store in a folder of its own, for tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { type RunningServer, type ServerOptions, startServer } from "../../src/server/server.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import type { Store } from "../../src/store/store.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many forms, looked at by tests
  readonly json: any;
}

export interface Ask {
  readonly method?: string;
  readonly body?: string | Uint8Array | object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of this machine: 127.0.0.x. */
  readonly from?: string;
}

const none = async () => ({ records: [] });

export class Running {
  readonly folder: string;
  readonly store: Store;
  readonly server: RunningServer;
  readonly log: string[];

  private constructor(folder: string, store: Store, server: RunningServer, log: string[]) {
    this.folder = folder;
    this.store = store;
    this.server = server;
    this.log = log;
  }

  static async start(
    options: Partial<ServerOptions> & { readonly folder?: string } = {},
    wrap: (store: Store) => Store = (store) => store,
  ): Promise<Running> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), "server-"));
    const log: string[] = [];
    const sink = new Writable({
      write(chunk, _, done) {
        log.push(String(chunk));
        done();
      },
    });
    const store = wrap(await openDuckdbStore(join(folder, "store.duckdb")));
    const server = await startServer({
      ...{ store, listen: "127.0.0.1", port: 0, names: [], isBehindProxy: false, version: "0" },
      ...{ journalFolder: join(folder, "journal"), deadLetters: join(folder, "journal/dead-letters.jsonl") },
      ...{
        adminToken: "operator",
        judgements: { networks: none, incidents: none, changes: none },
      },
      logger: pino({ level: "trace" }, sink),
      ...options,
    });
    return new Running(folder, store, server, log);
  }

  ask(path: string, { method, body, headers = {}, from }: Ask = {}): Promise<Answer> {
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const sent = body === undefined || isRaw ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          ...{ host: "127.0.0.1", port: this.server.port, path, headers: { ...headers } },
          method: method ?? (body === undefined ? "GET" : "POST"),
          ...(from !== undefined && { localAddress: from }),
        },
        (response) => {
          const pieces: Buffer[] = [];
          response.on("data", (piece: Buffer) => pieces.push(piece));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(pieces).toString("utf8");
            let json: unknown;
            try {
              json = JSON.parse(text);
            } catch {}
            resolve({ status: response.statusCode!, headers: response.headers, text, json });
          });
        },
      );
      request.on("error", reject);
      request.end(sent);
    });
  }

  submit(measurement: object, ask: Ask = {}): Promise<Answer> {
    return this.ask("/api/v1/submit_measurement", {
      body: { format: "json", content: JSON.stringify(measurement) },
      ...ask,
    });
  }

  /** When the store holds so many measurements; fails after a while. */
  async stored(measurements: number): Promise<void> {
    const untilMs = Date.now() + 15_000;
    for (;;) {
      const have = (await this.store.summary()).measurements;
      if (have === measurements) return;
      if (Date.now() > untilMs) throw new Error(`${have} measurements in the store, not ${measurements}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The folder stays where another server is to go on in it. */
  async stop(keepsFolder = false): Promise<void> {
    await this.server.close();
    await this.store.close();
    if (!keepsFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A measurement as OONI's probes send it; each `n` another one. */
export function measurement(n: number, fields: object = {}): Record<string, unknown> {
  return {
    ...{ data_format_version: "0.2.0", test_name: "web_connectivity", test_version: "0.4.0" },
    ...{ probe_cc: "RU", probe_asn: "AS64500", probe_ip: "127.0.0.1" },
    ...{ measurement_start_time: "2021-03-10 07:01:02", test_start_time: "2021-03-10 07:00:00" },
    ...{ input: `https://site-${n}.example/`, test_keys: {}, ...fields },
  };
}

/** As `probe --submit` sends it. */
export function probeReport(origin: string, id: string): Record<string, unknown> {
  const time = "2021-03-10T07:00:00Z";
  return measurement(0, {
    ...{ test_name: "brakelight_pairs", id, annotations: {}, probe_cc: "ZZ", probe_asn: "AS0" },
    test_keys: {
      verdict: {
        ...{
          measurementId: id,
          time,
          target: "abs.twimg.com",
          state: "throttled",
          mechanisms: [],
          evidence: [],
        },
        ...{ ruledOut: [], methodVersion: "1", origin, confidence: 0.97 },
      },
      observations: [
        { measurementId: id, origin, role: "target", time, target: "abs.twimg.com", goodputBps: 140_000 },
        { measurementId: id, origin, role: "control", time, target: "example.org", goodputBps: 4_000_000 },
      ],
    },
  });
}
