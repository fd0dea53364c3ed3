/**
 * What a volunteer's browser is asked to load: read from the operator's targets.yaml (targets-file.ts), sent to the page
 * (`/test/plan.json`), and the whole of what the page's policy lets it contact. Specified in docs/format.md.
 */

/**
 * How the browser comes to know that what it loaded is the object. `cors`: its server lets pages read it, bytes are counted
 * as they come. `image`: it is decoded, and has the listed width and height. `time`: nothing is seen but when it ended.
 */
export const READINGS = ["cors", "image", "time"] as const;
export type Reading = (typeof READINGS)[number];

export interface TestObject {
  /** https without credentials, or http on this machine. */
  readonly address: string;
  readonly bytes: number;
  readonly reading: Reading;
  /** Of an image. */
  readonly width?: number;
  readonly height?: number;
}

export interface TestPair {
  readonly name: string;
  readonly target: TestObject;
  readonly control: TestObject;
  /** An object of a name that resembles the target's, on a server of its own. */
  readonly overMatch?: TestObject;
  /** On this machine: a laboratory's. */
  readonly isSimulated: boolean;
}

export interface TestPlan {
  readonly pairs: readonly TestPair[];
  readonly rounds: number;
  readonly budgetBytes: number;
  /** Of one load. */
  readonly timeoutMs: number;
}

/** What the page is told. */
export interface ToldPlan extends TestPlan {
  /** Why this server takes no measurements; absent: it does. */
  readonly takesNone?: string;
}

export function objectsOf({ target, control, overMatch }: TestPair): readonly TestObject[] {
  return overMatch ? [target, control, overMatch] : [target, control];
}

/**
 * The page may load its own files, and exactly the listed objects: a source with a path matches that path alone (Content
 * Security Policy Level 3, 6.7.2.12), until a redirect, whose host must be listed as well.
 */
export function policyOf(plan: TestPlan): string {
  const objects = plan.pairs.flatMap(objectsOf);
  const sources = (isImage: boolean): string[] => [
    ...new Set(
      objects
        .filter(({ reading }) => (reading === "image") === isImage)
        .map(({ address }) => source(address)),
    ),
  ];
  return [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'"],
    `connect-src ${["'self'", ...sources(false)].join(" ")}`,
    `img-src ${["data:", ...sources(true)].join(" ")}`,
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join("; ");
}

/** Without the query, which policies do not look at; what would end a source is written as an escape. */
function source(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname.replace(/;/g, "%3B").replace(/,/g, "%2C")}`;
}
