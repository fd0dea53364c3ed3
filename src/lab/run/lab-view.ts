/**
 * How a laboratory looks from outside at one moment: for `lab status`, and for whoever shows it.
 */
import type { Truth } from "../../observation/truth.ts";
import type { DeviceRow } from "../authority/device-states.ts";
import type { Laboratory } from "./laboratory.ts";

export interface LabScenarioView {
  readonly scenario: string;
  readonly title: string;
  /** Scenario clock, RFC 3339. */
  readonly time: string;
  readonly endsAt: string;
  readonly isOver: boolean;
  /** Of the story: the next order, statement, roll-out or fault; absent when nothing more is to come. */
  readonly nextEventAt?: string;
  readonly sites: readonly string[];
  readonly clients: readonly {
    readonly client: string;
    readonly network: string;
    readonly kind: string;
    readonly box?: string;
  }[];
  readonly devices: readonly DeviceRow[];
  /** Sites that are not "ok" for some client. */
  readonly troubles: readonly ({ readonly client: string; readonly site: string } & Partial<Truth>)[];
}

const MAX_TROUBLES = 200;

export function viewOf(lab: Laboratory, troubles: LabScenarioView["troubles"]): LabScenarioView {
  const { scenario } = lab;
  const nextMs = lab.authority.nextEventMs;
  return {
    scenario: scenario.name,
    title: scenario.title,
    time: new Date(lab.nowMs).toISOString(),
    endsAt: new Date(scenario.endMs).toISOString(),
    isOver: lab.nowMs >= scenario.endMs,
    ...(nextMs <= scenario.endMs ? { nextEventAt: new Date(nextMs).toISOString() } : {}),
    sites: scenario.sites.map(({ name }) => name),
    clients: [
      ...scenario.networks.flatMap((network) =>
        network.clients.map((client) => ({
          client: client.name,
          network: network.name,
          kind: network.kind as string,
          ...(client.device === undefined ? {} : { box: `${network.name}/${client.device}` }),
        })),
      ),
      ...scenario.hosting.flatMap((hosting) =>
        hosting.clients.map(({ name }) => ({ client: name, network: hosting.name, kind: "inside" })),
      ),
    ],
    devices: lab.authority.deviceTable(),
    troubles: troubles.slice(0, MAX_TROUBLES),
  };
}
