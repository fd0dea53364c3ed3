/**
 * What a rule list hits beyond its intent, among popular names and hosted sites.
 * A name is hit when the first rule that matches it does not let it pass; it is inside the intent when it equals a
 * name that a rule in force is meant for, or lies below one; everything else that is hit is collateral, of the rule
 * that hits it. Popularity weighs 1/rank (Zipf's law); a share is of the weight of all names read, at ranks as given.
 * A site with several addresses is hit when one of them is. Memory: the sites of the map, and the collateral.
 */

import { type Flow, matchFlow, UNKNOWN_ADDRESS } from "./flow.ts";
import { compileRules } from "./matcher.ts";
import type { Matcher, NameProtocol, Rule, RuleList } from "./rule.ts";
import type { HostedSite, PopularName } from "./table-rows.ts";

export interface CollateralSetting {
  readonly timeMs: number;
  readonly protocol: NameProtocol;
  readonly port: number;
}

export interface CollateralHit {
  readonly name: string;
  /** Undefined for sites of the map that are not among the popular names. */
  readonly rank?: number;
  readonly rule: Rule;
  readonly flow: Flow;
  /** Of a site of the map: how many of its addresses are hit. */
  readonly addresses?: { readonly hit: number; readonly known: number };
  readonly hosting?: string;
}

interface Site {
  readonly name: string;
  known: number;
  hit: number;
  rule: Rule | undefined;
  flow: Flow | undefined;
  hosting: string | undefined;
}

/** One list's sums; names are counted once each. */
export class Collateral {
  readonly #setting: CollateralSetting;
  readonly #rules: Matcher;
  readonly #intents: Matcher;
  readonly #sites = new Map<string, Site>();
  readonly #seen = new Set<Site>();
  readonly hits: CollateralHit[] = [];
  names = 0;
  hit = 0;
  intended = 0;
  /** Sum of 1/rank over all popular names. */
  weight = 0;

  constructor(list: RuleList, setting: CollateralSetting) {
    this.#setting = setting;
    this.#rules = compileRules(list);
    this.#intents = compileRules({ name: "intents", rules: list.rules.flatMap(intentRules) });
  }

  /** All sites come before all popular names. */
  addSite({ name, address, hosting }: HostedSite): void {
    let site = this.#sites.get(name);
    if (!site) {
      site = { name, known: 0, hit: 0, rule: undefined, flow: undefined, hosting: undefined };
      this.#sites.set(name, site);
    }
    site.known++;
    const flow = { ...this.#setting, name, address };
    const rule = this.#hitBy(flow);
    if (!rule) return;
    if (site.hit++ > 0) return;
    site.rule = rule;
    site.flow = flow;
    site.hosting = hosting;
  }

  addName({ rank, name }: PopularName): void {
    this.names++;
    this.weight += 1 / rank;
    const site = this.#sites.get(name);
    if (site) {
      if (!this.#seen.has(site)) this.#addSiteHit(site, rank);
      this.#seen.add(site);
      return;
    }
    const flow = { ...this.#setting, name, address: UNKNOWN_ADDRESS };
    const rule = this.#hitBy(flow);
    if (rule) this.#count({ name, rank, rule, flow });
  }

  /** The sites that no popular name stood for; hits are in order of rank afterwards, those without one last. */
  end(): void {
    for (const site of this.#sites.values()) {
      if (this.#seen.has(site)) continue;
      this.names++;
      this.#addSiteHit(site, undefined);
    }
    this.hits.sort((a, b) => (a.rank ?? Number.MAX_VALUE) - (b.rank ?? Number.MAX_VALUE));
  }

  /** Share of all popularity, 0 to 1. */
  shareOf(hits: readonly CollateralHit[]): number {
    const weight = hits.reduce((sum, { rank }) => sum + (rank === undefined ? 0 : 1 / rank), 0);
    return this.weight > 0 ? weight / this.weight : 0;
  }

  #addSiteHit({ name, rule, flow, hit, known, hosting }: Site, rank: number | undefined): void {
    if (!rule || !flow) return;
    const addresses = { hit, known };
    this.#count({
      name,
      ...(rank !== undefined && { rank }),
      rule,
      flow,
      addresses,
      ...(hosting !== undefined && { hosting }),
    });
  }

  #count(hit: CollateralHit): void {
    this.hit++;
    if (matchFlow(this.#intents, hit.flow) >= 0) this.intended++;
    else this.hits.push(hit);
  }

  #hitBy(flow: Flow): Rule | undefined {
    const index = matchFlow(this.#rules, flow);
    const rule = index < 0 ? undefined : this.#rules.rules[index]!;
    return rule?.action.kind === "pass" ? undefined : rule;
  }
}

/** The names that a rule is meant for, and what is below them, while it is in force. */
function intentRules(rule: Rule): Rule[] {
  if (rule.intent.length === 0) return [];
  const names = rule.intent.flatMap((text) => [
    { kind: "exact" as const, text },
    { kind: "suffix" as const, text: `.${text}` },
  ]);
  return [{ ...rule, names, addresses: [], ports: [], protocols: [], any: false }];
}

/** What a change of list frees, newly hits, and still hits. */
export interface CollateralChange {
  readonly freed: readonly CollateralHit[];
  readonly added: readonly CollateralHit[];
  readonly kept: readonly CollateralHit[];
}

/** Both have seen the same names and sites. */
export function compareCollateral(before: Collateral, after: Collateral): CollateralChange {
  const old = new Set(before.hits.map(({ name }) => name));
  const now = new Set(after.hits.map(({ name }) => name));
  return {
    freed: before.hits.filter(({ name }) => !now.has(name)),
    added: after.hits.filter(({ name }) => !old.has(name)),
    kept: after.hits.filter(({ name }) => old.has(name)),
  };
}

export interface RuleCollateral {
  readonly rule: Rule;
  readonly hits: readonly CollateralHit[];
  readonly share: number;
}

/** Rules with collateral, the one that weighs most first. */
export function collateralByRule(collateral: Collateral): RuleCollateral[] {
  const byRule = new Map<Rule, CollateralHit[]>();
  for (const hit of collateral.hits) {
    const hits = byRule.get(hit.rule);
    if (hits) hits.push(hit);
    else byRule.set(hit.rule, [hit]);
  }
  return [...byRule]
    .map(([rule, hits]) => ({ rule, hits, share: collateral.shareOf(hits) }))
    .sort((a, b) => b.share - a.share || b.hits.length - a.hits.length);
}
