/** English of the overview. */
export const overview = {
  title: "What is slow, and where?",
  question: "Which targets are throttled, or fail, from which networks?",
  explains:
    "Rows: networks; columns: targets. Judged by the share of throttled and failed attempts, with its interval; an empty place was not measured.",
  none: "Nothing was measured in this time, or the networks were seen from fewer than three prefixes.",
  empty: (address: string) =>
    `The store is empty: let probes submit to it (brakelight probe NAME --submit ${address}), or end this server, run brakelight import FILE… and start it again.`,
  counts: (targets: string, networks: string) => `Targets: ${targets} · Networks: ${networks}`,
  shown: (targets: number, networks: number) =>
    `The ${targets} targets and ${networks} networks that are measured most`,
  always: "The whole time",
  withheld: (n: string) => `${n} cells withheld: seen from fewer than three prefixes`,
  cells: {
    failing: "most attempts fail",
    throttled: "most pairs throttled",
    partly: "some pairs throttled",
    faltering: "some attempts fail",
    ok: "not throttled",
    loads: "loads; speed not compared",
    insufficient: "not enough to say",
  },
  cell: (
    network: string,
    target: string,
    state: string,
    slow: string,
    judged: string,
    failed: string,
    n: string,
  ) =>
    `${network}, ${target}: ${state}; ${slow} of ${judged} pairs throttled, ${failed} of ${n} attempts failed, n = ${n}`,
  cellByCell: "Cell by cell (arrow keys; Enter opens)",
  openCell: "Open",
  columns: {
    network: "network",
    target: "target",
    state: "state",
    measurements: "measurements",
    failed: "failed",
    pairs: "pairs",
    slow: "throttled",
    fast: "not_throttled",
    name: "network_name",
  },
  changes: {
    heading: "What changed",
    week: (since: string, until: string) => `From ${since} to ${until}, UTC`,
    none: "Nothing started, ended, spread or became uncertain.",
    kinds: { started: "Started", ended: "Ended", spread: "Spread", uncertain: "Uncertain" },
    evidence: "The evidence",
  },
};
