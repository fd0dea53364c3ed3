/**
 * The ndt7 client of the npm registry (@m-lab/ndt7, M-Lab's own) runs against the control server. It is made for
 * browsers; here it gets what it expects of one: a Worker made of a thread, in which WebSocket is that of ws.
 */
import { createRequire } from "node:module";
import { Worker as Thread } from "node:worker_threads";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type ControlServer, startControlServer } from "../../src/probe/control-server/control-server.ts";

const LOOPBACK = "127.0.0.1";
/** Shorter than the 10 s of the client, which goes on when the server ends a test. */
const TEST_MS = 1500;
const require = createRequire(import.meta.url);

interface Measurement {
  readonly Source: "server" | "client";
  readonly Data: {
    readonly AppInfo?: { readonly NumBytes: number; readonly ElapsedTime: number };
    readonly NumBytes?: number;
    readonly MeanClientMbps?: number;
  };
}

interface Complete {
  readonly LastClientMeasurement?: Measurement["Data"];
  readonly LastServerMeasurement?: Measurement["Data"];
}

interface Ndt7 {
  test(config: object, callbacks: Record<string, (value: never) => void>): Promise<number>;
}

const IN_THREAD = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { WebSocket: Plain } = require(workerData.ws);
  globalThis.self = globalThis;
  globalThis.postMessage = (message) => parentPort.postMessage(message);
  globalThis.WebSocket = class extends Plain {
    constructor(url, protocol) { super(url, protocol, { rejectUnauthorized: false }); }
  };
  require("node:vm").runInThisContext(require("node:fs").readFileSync(workerData.file, "utf8"));
  parentPort.on("message", (data) => globalThis.onmessage({ data }));
`;

class BrowserWorker {
  onmessage: ((event: { data: unknown }) => void) | undefined;
  readonly #thread: Thread;

  constructor(file: string) {
    this.#thread = new Thread(IN_THREAD, { eval: true, workerData: { file, ws: require.resolve("ws") } });
    this.#thread.on("message", (data) => this.onmessage?.({ data }));
    this.#thread.on("error", (error) =>
      this.onmessage?.({ data: { MsgType: "error", Error: error.message } }),
    );
  }

  postMessage(message: unknown): void {
    this.#thread.postMessage(message);
  }

  terminate(): void {
    void this.#thread.terminate();
  }
}

let server: ControlServer;
beforeAll(async () => {
  const bounds = { ndt7DownloadMs: TEST_MS, ndt7UploadMs: TEST_MS, bytesPerHour: 1e11 };
  server = await startControlServer({ listen: LOOPBACK, port: 0, httpPort: 0, bounds });
  vi.stubGlobal("Worker", BrowserWorker);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await server.close();
});

it.each(["wss", "ws"])("finishes download and upload over %s", async (protocol) => {
  const ndt7 = require("@m-lab/ndt7") as Ndt7;
  const measured: Record<string, Measurement[]> = { download: [], upload: [] };
  const completed: Record<string, Complete> = {};
  const errors: string[] = [];
  const result = await ndt7.test(
    {
      protocol,
      server: `${LOOPBACK}:${protocol === "wss" ? server.port : server.httpPort}`,
      mlabDataPolicyInapplicable: true,
      downloadworkerfile: require.resolve("@m-lab/ndt7/src/ndt7-download-worker.js"),
      uploadworkerfile: require.resolve("@m-lab/ndt7/src/ndt7-upload-worker.js"),
      metadata: { client_name: "brakelight-test" },
    },
    {
      error: (message: string) => errors.push(message),
      downloadMeasurement: (one: Measurement) => measured["download"]!.push(one),
      uploadMeasurement: (one: Measurement) => measured["upload"]!.push(one),
      downloadComplete: (one: Complete) => {
        completed["download"] = one;
      },
      uploadComplete: (one: Complete) => {
        completed["upload"] = one;
      },
    },
  );
  expect(errors).toEqual([]);
  expect(result).toBe(0);
  for (const test of ["download", "upload"]) {
    const sources = new Set(measured[test]!.map(({ Source }) => Source));
    expect(sources).toEqual(new Set(["server", "client"]));
    const { LastServerMeasurement, LastClientMeasurement } = completed[test]!;
    expect(LastServerMeasurement).toMatchObject({ Origin: "server", Test: test });
    expect(LastServerMeasurement!.AppInfo!.NumBytes).toBeGreaterThan(0);
    expect(LastClientMeasurement!.NumBytes).toBeGreaterThan(0);
  }
});
