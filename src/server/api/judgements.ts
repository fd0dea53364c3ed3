/**
 * What was judged over many measurements: networks and incidents, as the functions that were handed in tell them (they
 * withhold what may not be told). Such a question reads much of the store: one at a time, and its answer is kept for a
 * while. Downloads as JSONL and CSV.
 */
import type { FastifyInstance } from "fastify";
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
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
const SILENCE_TOLD_MS = 3 * 24 * 60 * MINUTE_MS;
const CHANGE_COLUMNS = ["type", "kind", "incident", "origin", "at", "sentence", "votes"];

/** Records with `type`, as `networks --json` and `incidents --json` have them (docs/format.md). */
export type Records = readonly (object & { readonly type: string })[];
export interface Judgements {
  networks(scope: Scope): Promise<Records>;
  incidents(scope: Scope): Promise<Records>;
  /** What changed from `sinceMs` to `untilMs`, both given. */
  changes(scope: Scope): Promise<Records>;
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
  const ask = (answers: Answers, asked: Asked): Promise<Records> =>
    answers.to(scopeOf({ probe_cc: asked["country"], since: asked["since"], until: asked["until"] }));

  for (const [path, answers, summary] of [
    ["/api/v1/networks", networks, "What is slow where, judged as sets: countries, groups, networks"],
    ["/api/v1/incidents", incidents, "What happened, with the gaps in what was measured"],
  ] as const) {
    app.get(path, { schema: { tags: ["sets"], summary, querystring } }, async (request, reply) => {
      const asked = request.query as Asked;
      const records = await ask(answers, asked);
      const rows = asked["format"] === "CSV" ? records.map(flat) : (records as unknown as PlainRow[]);
      const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      return sendRows(
        reply,
        asked["format"] as Format,
        { rows, columns, metadata: { count: records.length } },
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
      const {
        country: where,
        sinceMs,
        untilMs,
      } = scopeOf({
        ...{ probe_cc: asked["country"], since: asked["since"], until: asked["until"] },
      });
      const { lastMs = 0 } = await store.summary();
      const now = Math.floor(nowMs() / MINUTE_MS) * MINUTE_MS;
      // Late enough after the last measurement for what has gone silent to be told.
      const until = untilMs ?? Math.min(now, lastMs + SILENCE_TOLD_MS);
      const since = sinceMs ?? until - WEEK_MS;
      if (since >= until) throw new Refusal(400, "until is not later than since");
      const records = await changes.to({
        ...{ sinceMs: since, untilMs: until },
        ...(where !== undefined && { country: where }),
      });
      const rows = records as unknown as PlainRow[];
      const metadata = {
        ...{ count: rows.length, since: new Date(since).toISOString(), until: new Date(until).toISOString() },
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
      const found = (await ask(incidents, request.query as Asked)).find(
        (record) => "id" in record && record.id === id,
      );
      if (!found) throw new Refusal(404, "no such incident: /api/v1/incidents lists them");
      markReply(reply, mark, store);
      return marked([found], mark)[0];
    },
  );
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
  readonly #judge: (scope: Scope) => Promise<Records>;
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, { untilMs: number; readonly answer: Promise<Records> }>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(judge: (scope: Scope) => Promise<Records>, nowMs: () => number) {
    this.#judge = judge;
    this.#nowMs = nowMs;
  }

  to(scope: Scope): Promise<Records> {
    const key = JSON.stringify([scope.country, scope.sinceMs, scope.untilMs]);
    const known = this.#kept.get(key);
    return patient(known && this.#nowMs() < known.untilMs ? known.answer : this.#ask(key, scope));
  }

  #ask(key: string, scope: Scope): Promise<Records> {
    if (this.#waiting >= MOST_WAITING)
      throw new Refusal(503, "too many such questions at once: come again later", RETRY_S);
    this.#waiting++;
    const answer = this.#last.then(async () => {
      const beganMs = this.#nowMs();
      const records = await this.#judge(scope);
      const endedMs = this.#nowMs();
      kept.untilMs = endedMs + Math.max(FRESH_MS, FRESH_TIMES * (endedMs - beganMs));
      return records;
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

async function patient(answer: Promise<Records>): Promise<Records> {
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
