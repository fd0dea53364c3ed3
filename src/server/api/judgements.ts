/**
 * What was judged over many measurements: networks and incidents, as the functions that were handed in tell them (they
 * withhold what may not be told). Such a question reads much of the store: one at a time, and its answer is kept for a
 * while. Downloads as JSONL and CSV.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Scope } from "../../store/store.ts";
import { Refusal } from "../refusal.ts";
import { FORMATS, type Format, marked, markReply, type PlainRow, sendRows } from "./answer.ts";
import type { ApiParts } from "./api.ts";
import { type Asked, SCOPE_PARAMETERS, scopeOf } from "./query.ts";

const FRESH_MS = 60_000;
/** What took long is kept so many times as long. */
const FRESH_TIMES = 20;
/** Longer than this nobody waits: the answer is worked on meanwhile, and kept. */
const PATIENCE_MS = 20_000;
const MOST_ANSWERS = 32;
const MOST_WAITING = 16;
const RETRY_S = 30;
const MOST_ID = 200;
const CHANGE_COLUMNS = ["type", "kind", "incident", "origin", "at", "sentence", "votes"];

/** Records with `type`, as `networks --json` and `incidents --json` have them (docs/format.md). */
export type Records = readonly (object & { readonly type: string })[];
export interface Judged {
  readonly records: Records;
  /** When what was judged was read, and how many measurements it was; absent: just now, all that there are. */
  readonly asOf?: { readonly time: string; readonly measurements: number };
  /** From when to when, where the question left that open. */
  readonly span?: { readonly sinceMs: number; readonly untilMs: number };
}
export interface Judgements {
  networks(scope: Scope): Promise<Judged>;
  incidents(scope: Scope): Promise<Judged>;
  /** What changed from `sinceMs` to `untilMs`; by default in the last week (docs/format.md). No span: nothing was ever measured. */
  changes(scope: Scope): Promise<Judged>;
}

const { probe_cc: country, since, until } = SCOPE_PARAMETERS;
const format = { type: "string", enum: FORMATS, default: "JSON" };

export function addJudgements(
  app: FastifyInstance,
  { store, mark }: ApiParts,
  judgements: Judgements,
  nowMs: () => number,
): void {
  const networks = new Answers((scope) => judgements.networks(scope), nowMs);
  const incidents = new Answers((scope) => judgements.incidents(scope), nowMs);
  const querystring = {
    type: "object",
    additionalProperties: false,
    properties: { country, since, until, format },
  };
  const ask = (answers: Answers, asked: Asked): Promise<Judged> =>
    answers.to(scopeOf({ probe_cc: asked["country"], since: asked["since"], until: asked["until"] }));

  for (const [path, answers, summary] of [
    ["/api/v1/networks", networks, "What is slow where, judged as sets: countries, groups, networks"],
    ["/api/v1/incidents", incidents, "What happened, with the gaps in what was measured"],
  ] as const) {
    app.get(path, { schema: { tags: ["sets"], summary, querystring } }, async (request, reply) => {
      const asked = request.query as Asked;
      const judged = await ask(answers, asked);
      const { records } = judged;
      tellAsOf(reply, judged);
      const rows = asked["format"] === "CSV" ? records.map(flat) : (records as unknown as PlainRow[]);
      const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      return sendRows(
        reply,
        asked["format"] as Format,
        { rows, columns, metadata: { count: records.length, ...metadataOf(judged) } },
        mark,
        store,
      );
    });
  }
  const changes = new Answers((scope) => judgements.changes(scope), nowMs);
  app.get(
    "/api/v1/changes",
    {
      schema: {
        ...{ tags: ["sets"], querystring },
        summary:
          "What started, ended, spread or became uncertain; by default in the week up to now, or up to three days after the last measurement",
      },
    },
    async (request, reply) => {
      const asked = request.query as Asked;
      const judged = await ask(changes, asked);
      tellAsOf(reply, judged);
      const rows = judged.records as unknown as PlainRow[];
      const metadata = {
        ...{ count: rows.length, ...metadataOf(judged) },
        ...(judged.span && {
          since: new Date(judged.span.sinceMs).toISOString(),
          until: new Date(judged.span.untilMs).toISOString(),
        }),
      };
      return sendRows(
        reply,
        asked["format"] as Format,
        { rows, columns: CHANGE_COLUMNS, metadata },
        mark,
        store,
      );
    },
  );
  app.get(
    "/api/v1/incidents/:id",
    {
      schema: {
        ...{ tags: ["sets"], summary: "All that is known of one incident" },
        params: {
          type: "object",
          properties: { id: { type: "string", minLength: 1, maxLength: MOST_ID } },
          required: ["id"],
        },
        querystring: { type: "object", additionalProperties: false, properties: { country, since, until } },
      },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const judged = await ask(incidents, request.query as Asked);
      const found = judged.records.find((record) => "id" in record && record.id === id);
      if (!found) throw new Refusal(404, "no such incident: /api/v1/incidents lists them");
      markReply(reply, mark, store);
      tellAsOf(reply, judged);
      return { ...marked([found], mark)[0], ...metadataOf(judged) };
    },
  );
}

function tellAsOf(reply: FastifyReply, { asOf }: Judged): void {
  if (!asOf) return;
  reply.header("x-brakelight-as-of", asOf.time);
  reply.header("x-brakelight-as-of-measurements", asOf.measurements);
}

function metadataOf({ asOf }: Judged): { as_of?: Judged["asOf"] } {
  return asOf ? { as_of: asOf } : {};
}

/** What has one value; how many where there is a list. */
function flat(record: object): PlainRow {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]: [string, unknown]) => {
      if (Array.isArray(value)) return [[name, value.length]];
      return typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([inner, one]) =>
            typeof one === "object" ? [] : [[`${name}_${inner}`, one]],
          )
        : [[name, value]];
    }),
  );
}

/**
 * Answers by what was asked, each kept for a minute, or for twenty times what it took; what is asked meanwhile waits for the
 * same answer. Who would have to wait too long is told to come again.
 */
class Answers {
  readonly #judge: (scope: Scope) => Promise<Judged>;
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, { untilMs: number; readonly answer: Promise<Judged> }>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(judge: (scope: Scope) => Promise<Judged>, nowMs: () => number) {
    this.#judge = judge;
    this.#nowMs = nowMs;
  }

  to(scope: Scope): Promise<Judged> {
    const key = JSON.stringify([scope.country, scope.sinceMs, scope.untilMs]);
    const known = this.#kept.get(key);
    return patient(known && this.#nowMs() < known.untilMs ? known.answer : this.#ask(key, scope));
  }

  #ask(key: string, scope: Scope): Promise<Judged> {
    if (this.#waiting >= MOST_WAITING)
      throw new Refusal(503, "too many such questions at once: come again later", RETRY_S);
    this.#waiting++;
    const answer = this.#last.then(async () => {
      const beganMs = this.#nowMs();
      const judged = await this.#judge(scope);
      const endedMs = this.#nowMs();
      kept.untilMs = endedMs + Math.max(FRESH_MS, FRESH_TIMES * (endedMs - beganMs));
      return judged;
    });
    const kept = { untilMs: Number.POSITIVE_INFINITY, answer };
    this.#last = answer.catch(() => {}).then(() => this.#waiting--);
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (this.#kept.size > MOST_ANSWERS) this.#kept.delete(this.#kept.keys().next().value!);
    answer.catch(() => this.#kept.delete(key));
    return answer;
  }
}

async function patient(answer: Promise<Judged>): Promise<Judged> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Refusal(503, "this is still being judged: come again in a while", RETRY_S)),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([answer, impatience]);
  } finally {
    clearTimeout(timer);
  }
}
