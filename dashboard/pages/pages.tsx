/**
 * The pages, by the first part of their path; each is fetched when it is opened. A page answers one question with one
 * picture; what else it shows stands below it.
 */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Words } from "../words/words.tsx";

export interface PageProps {
  /** Of the path, after the page's own: the id, the name. */
  readonly rest: readonly string[];
}

export interface Page {
  /** First part of its path; "" is the start. */
  readonly path: string;
  /** In the row of links at the top; absent: reached from others. */
  readonly title?: (words: Words) => string;
  readonly Show: LazyExoticComponent<ComponentType<PageProps>>;
}

export const PAGES: readonly Page[] = [
  {
    path: "",
    title: (words) => words.pages.overview,
    Show: lazy(() => import("./overview/overview-page.tsx")),
  },
  {
    path: "incidents",
    title: (words) => words.pages.incidents,
    Show: lazy(() => import("./incident/incidents-page.tsx")),
  },
  {
    path: "targets",
    title: (words) => words.pages.targets,
    Show: lazy(async () => ({ default: (await import("./pairs/pairs-page.tsx")).Targets })),
  },
  {
    path: "networks",
    title: (words) => words.pages.networks,
    Show: lazy(async () => ({ default: (await import("./pairs/pairs-page.tsx")).Networks })),
  },
  {
    path: "laboratory",
    title: (words) => words.laboratory.page,
    Show: lazy(() => import("./laboratory/laboratory-page.tsx")),
  },
  { path: "rules", title: (words) => words.rules.page, Show: lazy(() => import("./rules/rules-page.tsx")) },
  { path: "measurements", Show: lazy(() => import("./measurement/measurement-page.tsx")) },
];
