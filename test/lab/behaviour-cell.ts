/**
 * Inside a cell: all rows of behaviour over a network of the kernel, through the box driver as laboratories run it.
 * Rows wait for their scenario time and otherwise run side by side.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { furnishCell } from "../../src/lab/cell/cell.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import type { BoxDriverSetup, BoxGroupStatus, BoxRequest } from "../../src/lab/driver/box-messages.ts";
import { buildNetwork } from "../../src/lab/network/build-network.ts";
import { Part } from "../../src/lab/parts/parent-part.ts";
import { NAME_SERVER } from "../../src/lab/topology/addressing.ts";
import type { Behaviour, Outcome } from "../middlebox/behaviour.ts";
import { BEHAVIOURS } from "../middlebox/behaviours.ts";
import { BehaviourClock } from "./behaviour-clock.ts";
import { Ends } from "./behaviour-ends.ts";
import { KernelFlow } from "./behaviour-flow.ts";
import {
  type BehaviourNetwork,
  type Lane,
  NEIGHBOUR,
  planBehaviours,
  routerAddresses,
  SERVERS,
} from "./behaviour-network.ts";
import {
  FRAGMENT_ROWS,
  type FragmentResult,
  PLACE_HOP_LIMITS,
  PLACE_ROWS,
  type PlaceResult,
  TimeExceeded,
  tryFragments,
  tryPlace,
} from "./behaviour-places.ts";
import { Turns } from "./behaviour-turns.ts";
import { insideCell } from "./in-cell.ts";
import { scenarioOf } from "./small-scenario.ts";

export type BehaviourLine =
  | { readonly kind: "row"; readonly group: string; readonly name: string; readonly outcomes: Outcome[] }
  | ({ readonly kind: "place" } & PlaceResult)
  | ({ readonly kind: "fragments" } & FragmentResult)
  | { readonly kind: "routers"; readonly addresses: readonly (readonly string[])[] }
  | { readonly kind: "driver"; readonly groups: readonly BoxGroupStatus[] };

/** Rows that send in bulk at the same time: more would fill the ends' socket buffers, which are small when rootless. */
const BULKS_AT_ONCE = 8;
/** Of rows whose outcome depends on what the box draws; the driver's seed gives every outcome among so many. */
const DRAWN_FLOWS = 40;
const FIRST_PORT = 40_000;
/** A flow of a row that reconnects has more than one. */
const PORTS_A_FLOW = 4;
const WARM_TIMEOUT_MS = 10_000;

class Replay {
  readonly #ends: Ends;
  readonly #clock: BehaviourClock;
  readonly #turns = new Turns(BULKS_AT_ONCE);

  constructor(ends: Ends, clock: BehaviourClock) {
    this.#ends = ends;
    this.#clock = clock;
  }

  flow(lane: Lane, index = 0): KernelFlow {
    const port = FIRST_PORT + index * PORTS_A_FLOW;
    return new KernelFlow(lane, port, this.#ends, this.#clock, this.#turns);
  }

  async row(lane: Lane): Promise<Outcome[]> {
    const isDrawn = typeof lane.row.expected !== "string";
    const flows = Array.from({ length: isDrawn ? DRAWN_FLOWS : 1 }, (_, index) => this.flow(lane, index));
    this.#ends.listen(lane.addresses.client, (to, packet) => {
      for (const flow of flows) flow.notice(to, packet);
    });
    const outcomes = await Promise.all(flows.map((flow) => flow.run()));
    return [...new Set(outcomes)].sort();
  }
}

insideCell<{ readonly only?: string } | null>(
  async (argument, folder, tell: (line: BehaviourLine) => void) => {
    const groups = Object.entries(BEHAVIOURS);
    const only = argument?.only ?? "";
    const rows = groups.flatMap(([, list]) => list).filter(({ name }) => name.includes(only));
    const groupOf = (row: Behaviour): string => groups.find(([, list]) => list.includes(row))?.[0] ?? "";
    const network = planBehaviours([...rows, ...PLACE_ROWS, ...FRAGMENT_ROWS], scenarioOf);
    furnishCell(folder, NAME_SERVER.v4);
    buildNetwork(network.topology);
    const clockOf = (ms: number) => ({ ms, us: packetClockUs(), speed: 0 });
    const driver = new Part<BoxDriverSetup>({
      name: "the box driver",
      module: "../driver/box-driver",
      setup: () => network.driver(clockOf(0)),
    });
    await driver.start();
    const ends = new Ends(endHosts(network));
    void ends.run();
    await warm(network, ends);
    const clock = new BehaviourClock(async (ms) => {
      await driver.ask({ kind: "clock", clock: clockOf(ms) } satisfies BoxRequest);
    });
    const replay = new Replay(ends, clock);
    tell({
      kind: "routers",
      addresses: PLACE_HOP_LIMITS.map((hop) => routerAddresses(network.topology, hop)),
    });
    await clock.run(
      network.lanes.map((lane) => async () => {
        const { row } = lane;
        await clock.until(row.startMs);
        if (PLACE_ROWS.includes(row)) {
          const seen = new TimeExceeded();
          const flow = replay.flow(lane);
          ends.listen(lane.addresses.client, (to, packet) => {
            flow.notice(to, packet);
            seen.notice(to, packet);
          });
          tell({ kind: "place", ...(await tryPlace(row, flow, seen)) });
        } else if (FRAGMENT_ROWS.includes(row)) {
          const flow = replay.flow(lane);
          ends.listen(lane.addresses.client, (to, packet) => flow.notice(to, packet));
          tell({ kind: "fragments", ...(await tryFragments(row, flow)) });
        } else {
          tell({ kind: "row", group: groupOf(row), name: row.name, outcomes: await replay.row(lane) });
        }
      }),
    );
    tell({ kind: "driver", groups: await driver.ask<BoxGroupStatus[]>({ kind: "status" }) });
    driver.stop();
    ends.stop();
  },
);

function endHosts({ topology }: BehaviourNetwork) {
  const clients = [...topology.clients.keys()].map((name) => ({ name, end: "client" as const }));
  return [...clients, { name: SERVERS, end: "server" as const }, { name: NEIGHBOUR, end: "server" as const }];
}

/** Until packets cross every network both ways, in both IP versions: neighbours are learned then. */
async function warm({ topology, lanes }: BehaviourNetwork, ends: Ends): Promise<void> {
  const deadline = performance.now() + WARM_TIMEOUT_MS;
  const samples = new Map<string, Lane>();
  for (const lane of lanes) {
    samples.set(`${lane.clientHost} ${lane.serverHost} ${lane.row.ipVersion ?? 4}`, lane);
  }
  for (const lane of samples.values()) {
    let arrived = new Set<string>();
    ends.listen(lane.addresses.client, (to) => arrived.add(to));
    const { packets } = new KernelFlow(lane, 9, ends, new BehaviourClock(async () => {}), new Turns(1));
    while (arrived.size < 2) {
      if (performance.now() > deadline) {
        throw new Error(
          `${lane.clientHost} and ${lane.serverHost} do not reach each other (${topology.hosts.length} hosts)`,
        );
      }
      arrived = new Set();
      ends.send(lane.clientHost, packets.segment("client", 0x10));
      ends.send(lane.serverHost, packets.segment("server", 0x10));
      await sleep(20);
    }
  }
}
