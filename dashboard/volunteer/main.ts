/** Begins the volunteer's page: asks this server what there is to test. Nothing else is contacted before consent. */
import type { ToldPlan } from "../../src/server/volunteer/plan.ts";
import { el } from "./element.ts";
import { Page } from "./page.ts";
import { firstLanguage, WORDS } from "./words.ts";

const place = document.getElementById("page")!;
try {
  const response = await fetch("/test/plan.json");
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  new Page(place, (await response.json()) as ToldPlan);
} catch (error) {
  const words = WORDS[firstLanguage(null, navigator.languages)];
  place.replaceChildren(el("p", { role: "alert" }, words.failedPlan((error as Error).message)));
}
