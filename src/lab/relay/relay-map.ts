/**
 * A scenario's network as streams pass it: links, boxes and borders by name, and the way of a flow through them. The
 * order is that of topology/topology.ts:
 *   client - link - boxes by hop - trunk - border - link - border's box - servers
 * Hops cannot be told apart at stream level; they only give the order of boxes.
 */
import type { Random } from "../../base/random.ts";
import type { RuleList } from "../../rules/rule.ts";
import { blockerConfig, boxConfig } from "../network/box-config.ts";
import type { AccessNetwork, BoxPlace, HostingNetwork, LinkQuality, Scenario } from "../scenario/scenario.ts";
import type { Topology } from "../topology/topology.ts";
import { Border } from "./border.ts";
import { BoxFlow, type FlowEnds } from "./box-flow.ts";
import { RelayBox } from "./relay-box.ts";
import type { Place } from "./stage.ts";
import { Wire } from "./wire.ts";

const NO_RULES: RuleList = { name: "none", rules: [] };
const CLOSED = new Border();
CLOSED.condition = "down";

/** A link; "up" is away from the access client, towards the servers. */
interface Wires {
  readonly up: Wire;
  readonly down: Wire;
}

interface ClientPlace {
  readonly address: string;
  readonly network: AccessNetwork | undefined;
  readonly hosting: HostingNetwork | undefined;
  readonly device: number | undefined;
}

export class RelayMap {
  readonly clients = new Map<string, ClientPlace>();
  readonly borders = new Map<string, Border>();
  /** Devices of a network's box, and its blocker. */
  readonly boxes = new Map<string, readonly RelayBox[]>();
  readonly blockers = new Map<string, RelayBox>();
  /** Addresses of sites that other networks do not reach, by hosting network. */
  readonly cutOff = new Map<string, ReadonlySet<string>>();
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #speed: number;
  readonly #scenarioMs: () => number;
  readonly #access = new Map<string, Wires>();
  /** Trunks of access networks and links of hosting networks, by network. */
  readonly #links = new Map<string, Wires>();

  /** `speed`: of the scenario clock. */
  constructor(
    scenario: Scenario,
    topology: Topology,
    random: Random,
    speed: number,
    scenarioMs: () => number,
  ) {
    this.#speed = speed;
    this.#scenario = scenario;
    this.#random = random;
    this.#scenarioMs = scenarioMs;
    const address = (client: string): string => topology.clients.get(client)!.v4;
    for (const network of scenario.networks) {
      this.#links.set(network.name, this.#wires(network.trunk, network.trunk));
      this.#addBox(network.name, network.box);
      const { blocker } = network;
      if (blocker) this.blockers.set(network.name, this.#box(blockerConfig(speed), blocker.rules));
      for (const { name, device } of network.clients) {
        this.#access.set(name, this.#wires(network.up, network.down));
        this.clients.set(name, { address: address(name), network, hosting: undefined, device });
      }
    }
    for (const hosting of scenario.hosting) {
      this.#links.set(hosting.name, this.#wires(hosting.link, hosting.link));
      this.#addBox(hosting.name, hosting.box);
      this.borders.set(hosting.name, new Border());
      for (const { name } of hosting.clients) {
        this.clients.set(name, { address: address(name), network: undefined, hosting, device: undefined });
      }
    }
  }

  /** What stands in the way of a flow of the client to a server of the hosting network, from the client on. */
  places(client: string, hosting: string, port: number, server: string): Place[] {
    const from = this.clients.get(client)!;
    const ends: FlowEnds = { client: from.address, server, port };
    if (from.hosting?.name === hosting) return [];
    const places = from.network
      ? this.#accessPlaces(client, from, ends)
      : this.#ownBorder(from.hosting!.name, ends);
    const whence = from.network?.kind === "abroad" ? "abroad" : "elsewhere";
    const { up, down } = this.#links.get(hosting)!;
    const border = this.cutOff.get(hosting)?.has(server) ? CLOSED : this.borders.get(hosting)!;
    places.push(border.place(whence), { up: up.stage(), down: down.stage() });
    const [box] = this.boxes.get(hosting) ?? [];
    if (box) places.push(new BoxFlow(box, ends, false));
    return places;
  }

  /** Boxes that see what the client sends to its name server. */
  accessBoxes(client: string): RelayBox[] {
    const { network, device } = this.clients.get(client)!;
    if (!network) return [];
    const box = device === undefined ? undefined : this.boxes.get(network.name)?.[device];
    const blocker = this.blockers.get(network.name);
    const placed = [
      ...(box ? [{ box, hop: network.box!.hop }] : []),
      ...(blocker ? [{ box: blocker, hop: network.blocker!.hop }] : []),
    ];
    return placed.sort((a, b) => a.hop - b.hop).map((one) => one.box);
  }

  /** Unwanted traffic from the transit network towards a network: it fills one direction of its link. */
  setTraffic(towards: string, rateBps: number): void {
    const wires = this.#links.get(towards);
    const isHosting = this.borders.has(towards);
    (isHosting ? wires?.up : wires?.down)?.setTraffic(rateBps);
  }

  #accessPlaces(client: string, { network }: ClientPlace, ends: FlowEnds): Place[] {
    const access = this.#access.get(client)!;
    const trunk = this.#links.get(network!.name)!;
    return [
      { up: access.up.stage(), down: access.down.stage() },
      ...this.accessBoxes(client).map((box) => new BoxFlow(box, ends, true)),
      { up: trunk.up.stage(), down: trunk.down.stage() },
    ];
  }

  /** A client inside a hosting network leaves it the other way round: its link's "up" leads inwards. */
  #ownBorder(hosting: string, ends: FlowEnds): Place[] {
    const [box] = this.boxes.get(hosting) ?? [];
    const link = this.#links.get(hosting)!;
    return [
      ...(box ? [new BoxFlow(box, ends, true)] : []),
      { up: link.down.stage(), down: link.up.stage() },
      this.borders.get(hosting)!.place("home"),
    ];
  }

  #wires(up: LinkQuality, down: LinkQuality): Wires {
    return { up: new Wire(up, this.#random), down: new Wire(down, this.#random) };
  }

  #addBox(network: string, place: BoxPlace | undefined): void {
    if (!place) return;
    const config = boxConfig(place, this.#speed);
    const devices = Array.from({ length: place.devices }, () => this.#box(config, place.rules));
    this.boxes.set(network, devices);
  }

  #box(config: ReturnType<typeof boxConfig>, rules: string | undefined): RelayBox {
    const list = rules === undefined ? NO_RULES : (this.#scenario.rules[rules] ?? NO_RULES);
    return new RelayBox(config, list, this.#random, this.#scenarioMs);
  }
}
