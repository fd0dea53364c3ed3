/** What two name servers said of a name, as sentences: addresses that no public site has, contradictions, differences. */

export interface LookUp {
  readonly resolver: "system" | "second";
  readonly addresses: readonly string[];
  /** Of the addresses, those that no public name can have. */
  readonly bogons?: readonly string[];
  /** OONI df-007. */
  readonly failure?: string;
  /** Further answers to the same query, which contradict the first. */
  readonly laterAnswers?: readonly string[];
}

/** Every address is one that no public site has. */
export function leadsNowhere(lookUp: LookUp | undefined): boolean {
  return (
    lookUp?.bogons !== undefined &&
    lookUp.bogons.length > 0 &&
    lookUp.bogons.length === lookUp.addresses.length
  );
}

export function nowhereSentence({ resolver, addresses }: LookUp, name: string): string {
  return `${whose(resolver)} name server leads ${name} to ${addresses.join(", ")}, which no public site has`;
}

/** What the system's leads to in vain is said by whoever judges it. `differing`: addresses of the second one and of the system's, of networks that lie apart. */
export function lookUpSentences(
  { name, lookUps }: { readonly name: string; readonly lookUps: readonly LookUp[] },
  differing?: readonly [second: string, system: string],
): string[] {
  const contradicted = lookUps
    .filter(({ laterAnswers = [] }) => laterAnswers.length > 0)
    .map(
      ({ resolver, addresses, failure, laterAnswers = [] }) =>
        `${whose(resolver)} name server's query was answered more than once, and the answers contradict each other ` +
        `(${[...addresses, ...(failure === undefined ? [] : [failure])].join(", ")}; then ${laterAnswers.join(", ")}): one may be forged`,
    );
  const astray = lookUps.filter((one) => one.resolver === "second" && leadsNowhere(one));
  const said = [
    ...contradicted,
    ...astray.map((one) => nowhereSentence(one, name)),
    ...silentSecond(name, lookUps),
  ];
  if (!differing) return said;
  const [second, system] = differing;
  return [
    ...said,
    `the second name server leads to other networks than the system's (${second}; the system's: ${system}), as it does with content networks`,
  ];
}

/** Where the system's gave addresses: nothing was compared then. */
function silentSecond(name: string, lookUps: readonly LookUp[]): string[] {
  if (!lookUps.some(({ resolver, addresses }) => resolver === "system" && addresses.length > 0)) return [];
  return lookUps.flatMap(({ resolver, addresses, failure }) =>
    resolver === "second" && addresses.length === 0 && failure !== undefined
      ? [
          `the second name server gave no address of ${name} (${failure}): the system's is not held against it`,
        ]
      : [],
  );
}

function whose(resolver: LookUp["resolver"]): string {
  return resolver === "system" ? "the system's" : "the second";
}
