/** English of the pages about targets and networks. */
export const pairs = {
  targets: "Targets",
  networks: "Networks",
  targetsTitle: "Which targets are slower than others?",
  networksTitle: "From which networks are targets slow?",
  lead: "A pair: a target and a control, loaded by one measurement at one time and place. Not every measurement has a pair, and not every pair says enough to be judged. Throttled: the target is so much slower that chance does not explain it.",
  target: "Target",
  network: "Network",
  allNetworks: "all networks",
  allTargets: "choose a target",
  measurements: "measurements",
  pairs: "pairs",
  slow: "throttled, of judged pairs",
  failed: "failed, of measurements",
  share: (percent: string, part: string, all: string) => `${percent} (${part} of ${all})`,
  ratio: "median ratio",
  none: "No pair of speeds was measured here, or its networks were seen from fewer than three prefixes.",
  noneYet: "Nothing was measured here.",
  course: {
    title: (target: string, network: string) =>
      `How fast is ${target} beside other sites, seen from ${network}?`,
    explains: (lowest: number, highest: number) =>
      `Speed of the target over that of its control, log scale. Circles: median; filled where most judged pairs are throttled, hollow otherwise. Lines: from the 10th to the 90th percentile. Triangles at an edge: below × ${lowest} or above × ${highest}, large for the median, small for a percentile; the table and the CSV have the values. Below: changes found, and what was demanded, ordered and said.`,
    equal: "as fast as the control",
    change: (before: string, after: string) => `share throttled ${before} → ${after}`,
    columns: {
      from: "from_utc",
      measurements: "measurements",
      pairs: "pairs",
      slow: "throttled",
      fast: "not_throttled",
      p10: "ratio_p10",
      p50: "ratio_p50",
      p90: "ratio_p90",
      target: "target_p50_bps",
      control: "control_p50_bps",
    },
  },
  map: {
    title: (target: string) => `Is ${target} slow at all hours, or only in the evening?`,
    explains:
      "Each cell is an hour of a day (UTC): median of target over control. A policy slows at every hour; congestion in the evening. On the left: the median over all days. Hatched: nothing measured.",
    all: "all days",
    legend: "target / control",
    columns: { day: "day_utc", hour: "hour_utc", pairs: "pairs", ratio: "ratio_p50" },
  },
};
