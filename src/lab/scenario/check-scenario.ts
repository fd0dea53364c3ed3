/**
 * Checks what the form of a scenario file cannot: that names are unique, and that what is referred to is there.
 */
import type { ScenarioProblem } from "./read-scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { PlannedFault } from "./story.ts";

type Path = ScenarioProblem["path"];

/** The first problem, or undefined. */
export function findProblem(scenario: Scenario): ScenarioProblem | undefined {
  for (const problem of problems(scenario)) return problem;
  return undefined;
}

function* problems(scenario: Scenario): Generator<ScenarioProblem> {
  const { networks, hosting, sites, rules, story } = scenario;
  if (scenario.endMs <= scenario.startMs) yield { reason: "is not after the start", path: ["end"] };
  const places = named([
    ["networks", networks],
    ["hosting", hosting],
  ]);
  yield* repeated(places, "another network has this name");
  const clients = [...networks, ...hosting].flatMap(({ clients }) => clients);
  const clientNames = new Set(clients.map(({ name }) => name));
  yield* repeated(
    (["networks", "hosting"] as const).flatMap((key) =>
      scenario[key].flatMap((place, index) =>
        place.clients.map(({ name }, number) => ({ name, path: [key, index, "clients", number] })),
      ),
    ),
    "another client has this name",
  );
  const siteNames = new Set(sites.map(({ name }) => name));
  yield* repeated(named([["sites", sites]]), "another site has this name");
  for (const [index, network] of networks.entries()) {
    const at = ["networks", index];
    if ((network.box?.hop ?? 1) > network.hops) {
      yield { reason: `is beyond the network's ${network.hops} hops`, path: [...at, "box", "hop"] };
    }
    if (network.blocker && network.blocker.hop > network.hops) {
      yield { reason: `is beyond the network's ${network.hops} hops`, path: [...at, "blocker", "hop"] };
    }
    if (network.blocker && network.blocker.hop === network.box?.hop) {
      yield { reason: "is the hop of the box: give the blocker another", path: [...at, "blocker", "hop"] };
    }
    yield* missing(network.blocker?.rules, rules, "rule list", [...at, "blocker", "rules"]);
    yield* missing(network.box?.rules, rules, "rule list", [...at, "box", "rules"]);
    for (const [number, client] of network.clients.entries()) {
      if (client.device !== undefined && client.device >= (network.box?.devices ?? 0)) {
        yield { reason: `the box has no device ${client.device}`, path: [...at, "clients", number] };
      }
    }
  }
  for (const [index, { hosting: name, media }] of sites.entries()) {
    if (media !== undefined) yield* absent(media, siteNames, "site", ["sites", index, "media"]);
    yield* absent(name, new Set(hosting.map((one) => one.name)), "hosting network", [
      "sites",
      index,
      "hosting",
    ]);
  }
  const platformNames = new Set(story.platforms.map(({ name }) => name));
  const targets = new Set([...platformNames, ...siteNames]);
  for (const [index, platform] of story.platforms.entries()) {
    for (const site of platform.sites) yield* absent(site, siteNames, "site", ["platforms", index, "sites"]);
  }
  for (const [index, { platform }] of story.demands.entries()) {
    yield* absent(platform, platformNames, "platform", ["demands", index, "platform"]);
  }
  for (const [index, ladder] of story.ladders.entries()) {
    yield* absent(ladder.platform, platformNames, "platform", ["ladders", index, "platform"]);
    for (const [number, { order }] of ladder.rungs.entries()) {
      const at = ["ladders", index, "rungs", number, "order"];
      yield* missing(order?.rules, rules, "rule list", [...at, "rules"]);
      for (const target of order?.targets ?? [])
        yield* absent(target, targets, "site or platform", [...at, "targets"]);
    }
  }
  const networkNames = new Set(networks.map(({ name }) => name));
  yield* repeated(
    story.orders.map((order, index) => ({ name: order.id, path: ["orders", index, "id"] })),
    "another order has this id",
  );
  for (const [index, order] of story.orders.entries()) {
    yield* missing(order.rules, rules, "rule list", ["orders", index, "rules"]);
    for (const network of order.networks ?? []) {
      yield* absent(network, networkNames, "network", ["orders", index, "networks"]);
    }
    if (order.cause) yield* absent(order.cause, new Set(story.causes), "cause", ["orders", index, "cause"]);
  }
  for (const [index, fault] of story.faults.entries())
    yield* faultProblems(fault, scenario, ["faults", index]);
  for (const [index, order] of story.orders.entries()) {
    if (order.atMs > scenario.endMs)
      yield { reason: "is after the scenario's end", path: ["orders", index, "at"] };
  }
  for (const [index, round] of story.rounds.entries()) {
    if (round.atMs > scenario.endMs)
      yield { reason: "is after the scenario's end", path: ["rounds", index, "at"] };
    for (const name of round.from ?? [])
      yield* absent(name, clientNames, "client", ["rounds", index, "from"]);
    for (const [number, visit] of round.visits.entries()) {
      const at = ["rounds", index, "visits", number];
      yield* absent(visit.site, siteNames, "site", at);
      if (visit.at) yield* absent(visit.at, siteNames, "site", [...at, "at"]);
    }
  }
}

/** How each kind of fault may fail; absent: it has one way only. */
const WAYS: Readonly<Partial<Record<PlannedFault["kind"], readonly string[]>>> = {
  "box-malfunction": ["drop", "reset", "fail-open", "fail-closed"],
  "name-server": ["silent", "servfail"],
  maintenance: ["maintenance", "broken"],
};

/** What is wrong with one fault, planned or a person's; the path is within the fault. */
export function findFaultProblem(
  fault: Omit<PlannedFault, "atMs">,
  scenario: Scenario,
): ScenarioProblem | undefined {
  for (const problem of faultProblems(fault, scenario, [])) return problem;
  return undefined;
}

function* faultProblems(
  fault: Omit<PlannedFault, "atMs">,
  { story, hosting, networks, sites, rules }: Scenario,
  at: Path,
): Generator<ScenarioProblem> {
  const names = (list: readonly { readonly name: string }[]): ReadonlySet<string> =>
    new Set(list.map(({ name }) => name));
  if (["operator-device", "withdrawn-route", "flood"].includes(fault.kind) && !fault.hosting) {
    yield { reason: `${fault.kind} needs a hosting network (${[...names(hosting)].join(", ")})`, path: at };
  }
  if (fault.hosting) yield* absent(fault.hosting, names(hosting), "hosting network", [...at, "hosting"]);
  if (["flood", "congested-link"].includes(fault.kind) && fault.rateBps === undefined) {
    yield { reason: `${fault.kind} needs a rate`, path: at };
  }
  if (["maintenance", "wrong-order"].includes(fault.kind) && !fault.sites?.length && !fault.rules) {
    yield { reason: `${fault.kind} needs sites`, path: at };
  }
  if (
    ["box-malfunction", "box-overload"].includes(fault.kind) &&
    boxesOf(fault, networks, hosting).length === 0
  ) {
    yield { reason: "there is no box in what is named", path: at };
  }
  const ways = WAYS[fault.kind];
  if (fault.how !== undefined && !ways?.includes(fault.how)) {
    const choice = ways ? `; it fails as one of: ${ways.join(", ")}` : " in different ways";
    yield { reason: `${fault.kind} does not fail '${fault.how}'${choice}`, path: [...at, "how"] };
  }
  if (fault.share !== undefined && !(fault.share >= 0 && fault.share <= 1)) {
    yield { reason: "is no share from 0 to 1", path: [...at, "share"] };
  }
  for (const site of fault.sites ?? []) yield* absent(site, names(sites), "site", [...at, "sites"]);
  for (const network of fault.networks ?? []) {
    yield* absent(network, names(networks), "network", [...at, "networks"]);
  }
  yield* missing(fault.rules, rules, "rule list", [...at, "rules"]);
  if (fault.cause) yield* absent(fault.cause, new Set(story.causes), "cause", [...at, "cause"]);
}

function boxesOf(
  fault: Omit<PlannedFault, "atMs">,
  networks: Scenario["networks"],
  hosting: Scenario["hosting"],
): readonly { readonly name: string }[] {
  if (!fault.networks && !fault.hosting) return networks.filter(({ box }) => box);
  return [...networks, ...hosting].filter(
    ({ name, box }) => box && (fault.networks?.includes(name) || fault.hosting === name),
  );
}

interface Named {
  readonly name: string;
  readonly path: Path;
}

function named(lists: readonly (readonly [string, readonly { readonly name: string }[]])[]): Named[] {
  return lists.flatMap(([key, items]) =>
    items.map(({ name }, index) => ({ name, path: [key, index, "name"] })),
  );
}

function* repeated(items: readonly Named[], reason: string): Generator<ScenarioProblem> {
  const seen = new Set<string>();
  for (const { name, path } of items) {
    if (seen.has(name)) yield { reason: `${reason}: ${name}`, path };
    seen.add(name);
  }
}

function* absent(
  name: string,
  known: ReadonlySet<string>,
  kind: string,
  path: Path,
): Generator<ScenarioProblem> {
  if (!known.has(name)) yield { reason: `there is no ${kind} ${name}`, path };
}

function* missing(
  name: string | undefined,
  known: Readonly<Record<string, unknown>>,
  kind: string,
  path: Path,
): Generator<ScenarioProblem> {
  if (name !== undefined && !Object.hasOwn(known, name))
    yield { reason: `there is no ${kind} ${name}`, path };
}
