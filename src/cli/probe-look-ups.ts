/** From visits to a target to what its look-ups are judged by. */
import { isIP } from "node:net";
import { failureKind } from "../observation/failure.ts";
import type { Origin } from "../observation/vocabulary.ts";
import type { NamedPlace } from "../probe/pairs/arms.ts";
import { isInHostsFile } from "../probe/reach/hosts-file.ts";
import type { ConnectStep, Reach, TlsStep } from "../probe/reach/reach-record.ts";
import type { Found, SeenLookUps } from "../verdict/look-ups.ts";
import { addressesOf } from "./probe-way.ts";

/** Of the first visit the look-ups, of all what they found. A laboratory's addresses are private, and right all the same. */
export function seenLookUps(
  name: string,
  reaches: readonly Reach[],
  origin: Origin,
  othersAt: readonly string[],
): SeenLookUps {
  const lookUps = (reaches[0]?.steps ?? []).filter((step) => step.operation === "resolve");
  return {
    ...{ name, othersAt, isInHostsFile: isInHostsFile(name) },
    lookUps: origin === "simulated" ? lookUps.map(({ bogons: _, ...rest }) => rest) : lookUps,
    found: reaches.flatMap(({ steps }) =>
      steps
        .filter((step) => step.operation === "connect")
        .map((step) =>
          foundAt(
            step,
            steps.find((other) => other.operation === "tls_handshake"),
          ),
        ),
    ),
  };
}

function foundAt({ address, failure }: ConnectStep, tls: TlsStep | undefined): Found {
  if (failure !== undefined) return { address, is: "silent" };
  if (tls?.isVerified) return { address, is: "proven" };
  const problem = tls?.certificateProblem;
  // One that is out of its time may be a clock that is wrong.
  const isAnother = problem !== undefined && failureKind(problem.failure) === "certificate";
  return { address, is: isAnother ? "another" : "unclear" };
}

/** Where the system's name server led the names of control sites; an address in place of a name was not looked up. */
export function ledTo(sites: readonly NamedPlace[]): string[] {
  return sites.filter(({ name }) => isIP(name) === 0).map(({ address }) => address);
}

/** The same, asked again: a name server may have gone away since. */
export async function ledToNow(sites: readonly NamedPlace[]): Promise<string[]> {
  const names = sites.map(({ name }) => name).filter((name) => isIP(name) === 0);
  return (await Promise.all(names.map(addressesOf))).flat();
}
