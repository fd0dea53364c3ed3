/**
 * Which sites there are, what they hold and how they do at the moment; asked at each request.
 */
import type { Site } from "../scenario/scenario.ts";

/**
 * Out of order: "maintenance" answers 503, "broken" closes the connection without an answer, "overloaded" is late and
 * answers 503 more often than not.
 */
export const SITE_CONDITIONS = ["up", "maintenance", "broken", "overloaded"] as const;
export type SiteCondition = (typeof SITE_CONDITIONS)[number];

export class SiteCatalogue {
  readonly #sites = new Map<string, Site>();
  readonly #conditions = new Map<string, SiteCondition>();

  constructor(sites: readonly Site[]) {
    for (const site of sites) this.#sites.set(site.name, site);
  }

  /** Names are looked up as browsers send them: in lower case, without port and trailing dot. */
  find(host: string): Site | undefined {
    return this.#sites.get(bareName(host));
  }

  condition(host: string): SiteCondition {
    return this.#conditions.get(bareName(host)) ?? "up";
  }

  setCondition(name: string, condition: SiteCondition): void {
    if (condition === "up") this.#conditions.delete(name);
    else this.#conditions.set(name, condition);
  }
}

export function bareName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
}
