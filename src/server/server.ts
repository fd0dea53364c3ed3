/**
 * The server as a whole: the journal and what takes it into the store, the collector, the API, metrics and health. It owns
 * none of its parts' decisions: incidents and networks are asked through functions that are handed in. What is logged
 * holds no address, no query and no body.
 */
import type { Socket } from "node:net";
import helmet from "@fastify/helmet";
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  LogController,
} from "fastify";
import type { Store } from "../store/store.ts";
import { addAdmin } from "./api/admin.ts";
import { addApi, describeApi } from "./api/api.ts";
import type { Judgements } from "./api/judgements.ts";
import { PublicGroups } from "./api/public-groups.ts";
import { Collector } from "./collector/collector.ts";
import { addCollector, collectorTables } from "./collector/collector-routes.ts";
import { DeadLetters } from "./collector/dead-letters.ts";
import { Intake } from "./collector/intake.ts";
import { guardHosts } from "./hosts.ts";
import { Journal } from "./journal/journal.ts";
import type { LaboratoryDoor } from "./laboratory/laboratory-door.ts";
import { addLaboratory } from "./laboratory/laboratory-routes.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { addMetrics } from "./metrics.ts";
import { addPages } from "./pages/pages.ts";
import { Refusal } from "./refusal.ts";
import { addVolunteerPage, type VolunteerOptions } from "./volunteer/volunteer-page.ts";

const MAX_HEADER_BYTES = 16 << 10;
const MOST_URL_PARAMETER = 300;
/** How often requests that take too long are looked for. */
const CHECK_MS = 5_000;
const KEEP_ALIVE_MS = 30_000;

/** Requests and their errors hold addresses. */
const SAY_NOTHING = { req: () => undefined, res: () => undefined };

export interface ServerOptions {
  readonly store: Store;
  readonly listen: string;
  readonly port: number;
  /** Of a proxy in front, lower case. */
  readonly names: readonly string[];
  /** Clients' addresses come from a proxy on this machine (X-Forwarded-For). */
  readonly isBehindProxy: boolean;
  /** Of the program. */
  readonly version: string;
  readonly journalFolder: string;
  readonly deadLetters: string;
  readonly limits?: Partial<Limits>;
  /** Of the operator. */
  readonly adminToken: string;
  readonly judgements: Judgements;
  /** Where the dashboard was built; absent: no pages. */
  readonly pagesFolder?: string;
  /** Absent: the laboratory's paths do not exist. */
  readonly laboratory?: LaboratoryDoor;
  /** The volunteer's test; absent: there is none. */
  readonly volunteer?: VolunteerOptions;
  readonly logger: FastifyBaseLogger;
  readonly nowMs?: () => number;
}

export interface RunningServer {
  readonly port: number;
  readonly app: FastifyInstance;
  /** After what was acknowledged is in the store, or with it left in the journal. The store stays open. */
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { store, logger, nowMs = Date.now } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const onTrouble = (message: string): void => logger.error(message);
  const isSimulated = (await store.summary()).origin === "simulated";
  const groups = await PublicGroups.of(store);
  const deadLetters = new DeadLetters(options.deadLetters, limits.deadLetterBytes);
  const journal = await Journal.open({
    folder: options.journalFolder,
    mostBytes: limits.journalBytes,
    onTrouble,
  });
  const intake = new Intake(journal, store, deadLetters, {
    onTrouble,
    onStored: (submissions) => {
      for (const { observations } of submissions) groups.add(observations);
    },
  });
  const collector = new Collector({ journal, intake, deadLetters, limits, nowMs });

  const app = fastify({
    loggerInstance: logger.child({}, { serializers: SAY_NOTHING }),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.isBehindProxy ? "loopback" : false,
    ...{ bodyLimit: limits.bodyBytes, requestTimeout: limits.requestMs, keepAliveTimeout: KEEP_ALIVE_MS },
    ...{ connectionTimeout: 2 * limits.requestMs, forceCloseConnections: "idle" },
    routerOptions: { maxParamLength: MOST_URL_PARAMETER },
    http: {
      ...{ maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: limits.requestMs },
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.requestMs),
    },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    childLoggerFactory: (parent) => parent,
    clientErrorHandler: refuseBroken,
  });
  app.setErrorHandler((error: RequestError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (error instanceof Refusal && error.retryAfterS !== undefined)
      reply.header("retry-after", error.retryAfterS);
    if (status >= 500 && !(error instanceof Refusal))
      logger.error({ route: request.routeOptions.url, stack: error.stack }, "a request failed");
    return reply
      .code(status)
      .send({ error: status >= 500 && !(error instanceof Refusal) ? "failed" : wordsOf(error) });
  });
  app.setNotFoundHandler((_, reply) =>
    reply.code(404).send({ error: "no such path: see /api/openapi.json" }),
  );
  guardConnections(app, limits, options.isBehindProxy);
  guardHosts(app, options.listen, options.names);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    hsts: false,
  });
  await describeApi(app, options.version);
  const tables = collectorTables(limits);
  addMetrics(app, readingsOf(collector, intake, journal, deadLetters, tables));
  app.get("/health", { schema: { hide: true } }, async (_, reply) => {
    if (intake.trouble !== undefined) reply.code(503);
    return {
      status: intake.trouble === undefined ? "ok" : "the store fails: submissions wait in the journal",
    };
  });
  const taken = isSimulated
    ? { why: "SIMULATED: this store holds simulated records and takes no measurements" }
    : collector;
  await app.register(async (scope) => addCollector(scope, taken, limits, tables, nowMs));
  const parts = { store, groups, mark: { isSimulated }, judgements: options.judgements };
  await app.register(async (scope) => addApi(scope, parts, limits, nowMs));
  const { pagesFolder, volunteer, laboratory } = options;
  if (laboratory) await app.register(async (scope) => addLaboratory(scope, laboratory, options.adminToken));
  const takesNone = "why" in taken ? taken.why : undefined;
  if (volunteer) await app.register(async (scope) => addVolunteerPage(scope, volunteer, takesNone));
  if (pagesFolder !== undefined) await app.register(async (scope) => addPages(scope, pagesFolder));
  await app.register(async (scope) => addAdmin(scope, options.adminToken, options.deadLetters));

  intake.start();
  const end = async (): Promise<void> => {
    await laboratory?.stop();
    await app.close();
    await intake.stop();
    await journal.close();
    await deadLetters.settled();
  };
  try {
    await app.listen({ host: options.listen, port: options.port, backlog: 511 });
  } catch (error) {
    await end();
    throw error;
  }
  const address = app.server.address();
  return { app, port: typeof address === "object" && address ? address.port : options.port, close: end };
}

/** What is no HTTP, or not in its bounds. It is not logged: its bytes could hold an address. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  const status = ANSWER_OF[error.code ?? ""] ?? "400 Bad Request";
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  else socket.destroy();
}

const ANSWER_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Behind a proxy all connections are its own. */
function guardConnections(app: FastifyInstance, limits: Limits, isBehindProxy: boolean): void {
  app.server.maxConnections = limits.connections;
  if (isBehindProxy) return;
  const open = new Map<string, number>();
  app.server.on("connection", (socket) => {
    const client = socket.remoteAddress ?? "";
    const count = (open.get(client) ?? 0) + 1;
    if (count > limits.connectionsPerClient) {
      socket.destroy();
      return;
    }
    open.set(client, count);
    socket.once("close", () => {
      const left = open.get(client)! - 1;
      if (left === 0) open.delete(client);
      else open.set(client, left);
    });
  });
}

function readingsOf(
  collector: Collector,
  intake: Intake,
  journal: Journal,
  deadLetters: DeadLetters,
  { reports, rates, budget }: ReturnType<typeof collectorTables>,
): Parameters<typeof addMetrics>[1] {
  const reading = (help: string, read: () => number) => ({ help, read });
  return {
    submissions_acknowledged_total: reading("Measurements acknowledged", () => collector.acknowledged),
    submissions_repeated_total: reading("Measurements that came again", () => collector.repeated),
    submissions_refused_total: reading("Measurements refused", () => collector.refused),
    stored_submissions_total: reading("Measurements taken into the store", () => intake.submissions),
    stored_observations_total: reading("Observations that were new to the store", () => intake.observations),
    stored_duplicates_total: reading("Observations that the store had already", () => intake.duplicates),
    store_failing: reading("1 while the store fails", () => (intake.trouble === undefined ? 0 : 1)),
    journal_bytes: reading("In the journal, not yet in the store", () => journal.bytes),
    journal_segments: reading("Files of the journal", () => journal.segments),
    dead_letters_total: reading("Refused measurements that were noted", () => deadLetters.written),
    dead_letters_dropped_total: reading("Refused measurements too many to note", () => deadLetters.dropped),
    open_reports: reading("Reports that are open", () => reports.size),
    known_clients: reading("Clients whose rate is remembered", () => rates.size),
    bodies_in_flight_bytes: reading("Of bodies that are being read or judged", () => budget.used),
  };
}

type RequestError = Error & Pick<Partial<FastifyError>, "statusCode" | "validation">;

/** With the name of what is not known. */
function wordsOf({ message, validation }: RequestError): string {
  const unknown = validation?.[0]?.params["additionalProperty"];
  return typeof unknown === "string" ? `${message}: '${unknown}' is not known` : message;
}
