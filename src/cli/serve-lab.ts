/**
 * `serve --lab`: the laboratory behind the pages. One at a time, of the program's own scenarios, bound to this process: it
 * ends with it. A drawn cause stays sealed (lab-seal.ts) until it is asked for or the story is over. Of what happened the
 * last MOST_LINES are kept.
 */
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askLab } from "../lab/control/control-client.ts";
import { endLab } from "../lab/control/end-lab.ts";
import type { LabRequest, LabStatus } from "../lab/control/protocol.ts";
import { type StartedScenario, startScenario } from "../lab/control/start-scenario.ts";
import { loadScenario, ownScenarios, scenarioPath } from "../lab/run/load-scenario.ts";
import type {
  LaboratoryDoor,
  LaboratoryStart,
  RunningLaboratory,
} from "../server/laboratory/laboratory-door.ts";
import { Seal } from "./lab-seal.ts";

type Line = Record<string, unknown>;

const MOST_SEEDS = 1_000_000_000;
const MOST_LINES = 5_000;
const MOST_LINES_AT_ONCE = 1_000;
/** 384 kB take 21 s at the rate of 2021: what came until then tells the speed as well. */
const VISIT_TIMEOUT_MS = 8_000;
const OBJECT = "/picture";

interface Session {
  readonly started: StartedScenario;
  readonly folder: string;
  readonly seal: Seal | undefined;
  readonly lines: Line[];
  /** Orders that may be known. */
  readonly orders: Set<string>;
  first: number;
  isOpen: boolean;
}

export function laboratoryDoor(visitTimeoutMs = VISIT_TIMEOUT_MS): LaboratoryDoor {
  let session: Session | undefined;
  let isStarting = false;
  let stopping: Promise<void> = Promise.resolve();
  const own = (): Session => {
    if (!session) throw new Error("no laboratory runs: start a scenario first");
    return session;
  };
  const ask = <Answer>(request: LabRequest): Promise<Answer> =>
    askLab<Answer>(own().started.record.id, request);

  const start = async (wish: LaboratoryStart): Promise<RunningLaboratory> => {
    const { scenario, ...rest } = wish;
    if (!ownScenarios().includes(scenario))
      throw new Error(`there is no scenario ${scenario}; there are: ${ownScenarios().join(", ")}`);
    if (session || isStarting) throw new Error("a laboratory runs already: end it first");
    isStarting = true;
    const folder = mkdtempSync(join(tmpdir(), "brakelight-serve-lab-"));
    try {
      await stopping;
      const started = await startScenario(scenario, {
        ...{ speed: 1, ...rest, out: folder, freshSeed: randomInt(MOST_SEEDS) },
        ...{ captures: false, staysOpen: true, isBound: true },
      });
      const { record, cause } = started;
      const isSealed = wish.cause === undefined && cause !== undefined;
      const seal = isSealed ? new Seal(record.scenario, record.seed, cause) : undefined;
      const begun: Session = {
        started,
        folder,
        seal,
        lines: [],
        orders: new Set(),
        first: 0,
        isOpen: !isSealed,
      };
      session = begun;
      void askLab(record.id, { do: "follow" }, (line) => keep(begun, line))
        .catch(() => {})
        .then(() => {
          begun.isOpen = true;
        });
      return told(begun);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    } finally {
      isStarting = false;
    }
  };

  const stop = async (): Promise<void> => {
    const ending = session;
    session = undefined;
    if (ending) stopping = end(ending);
    await stopping;
  };

  return {
    scenarios: () =>
      ownScenarios().map((name) => {
        const loaded = loadScenario(scenarioPath(name)!);
        return { name, title: loaded.ok ? loaded.value.title : name };
      }),
    running: () => session && told(session),
    start,
    status: async () => statusOf(own(), await ask<LabStatus>({ do: "status" })),
    lines: (after) => {
      const { lines, first } = own();
      const from = Math.max(after, first);
      const given = lines.slice(from - first, from - first + MOST_LINES_AT_ONCE);
      return { lines: given, next: from + given.length, lost: Math.max(0, first - after) };
    },
    visit: async ({ client, site }) => {
      const visit = { site, path: OBJECT, direction: "down" as const, timeoutMs: visitTimeoutMs };
      const { samples: _, ...seen } = await ask<Line>({ do: "visit", client, visit });
      return redacted(own(), { type: "visit", client, name: site, ...seen }) ?? {};
    },
    order: ({ mobile, landline, forSeconds, networks, ...order }) =>
      ask<string>({
        do: "order",
        order: {
          ...order,
          share: { mobile, landline },
          ...(networks && { networks }),
          ...(forSeconds !== undefined && { forMs: forSeconds * 1000 }),
        },
      }),
    lift: ({ what }) => ask({ do: "lift", what, kinds: [] }),
    fault: async ({ kind, forSeconds, ...rest }) => {
      const id = `${kind}-${randomInt(MOST_SEEDS).toString(36)}`;
      await ask({ do: "fault", fault: { id, kind, forMs: forSeconds * 1000, ...defined(rest) } });
      return id;
    },
    reveal: () => {
      own().isOpen = true;
      return told(own());
    },
    stop,
  };
}

/** Without the fields that were not given. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function told({ started: { record, cause, whyRelay }, seal, isOpen }: Session): RunningLaboratory {
  const { id, scenario, title, backend } = record;
  return {
    ...{ id, scenario, title, backend },
    ...(whyRelay !== undefined && { whyRelay }),
    ...(seal && { hash: seal.hash }),
    ...(seal && isOpen && { sealed: seal.sealed }),
    ...(isOpen && cause !== undefined && { cause }),
  };
}

function keep(session: Session, told: Line): void {
  const line = redacted(session, told);
  if (!line) return;
  if (line["kind"] === "order") session.orders.add(String(line["order"]));
  session.lines.push(line);
  if (session.lines.length > MOST_LINES) session.first += session.lines.splice(0, MOST_LINES / 2).length;
}

/** Before the seal is opened, without what would give the cause away. */
function redacted({ seal, isOpen }: Session, line: Line): Line | undefined {
  return seal && !isOpen ? seal.redacted(line) : line;
}

function statusOf({ seal, isOpen, orders }: Session, status: LabStatus): Record<string, unknown> {
  const { network: _, ...view } = status;
  if (!seal || isOpen) return { ...view };
  return {
    ...view,
    devices: view.devices.map((device) => ({
      ...device,
      orders: device.orders.filter((id) => orders.has(id)),
    })),
    troubles: view.troubles.map(({ client, site, state }) => ({ client, site, state })),
  };
}

async function end({ started: { record }, folder }: Session): Promise<void> {
  await endLab(record);
  rmSync(folder, { recursive: true, force: true });
}
