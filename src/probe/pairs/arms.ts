/**
 * Where each arm of a pair goes, and under which name. Target and control of one comparison differ in one thing only: the
 * name, the bytes' sign, or (`site`) the whole place.
 */
import { isIP } from "node:net";
import type { TransferRequest, Trust } from "../transfer/transfer.ts";
import type { Wanted } from "./course.ts";

export type Arm = "target" | "control";

export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface NamedPlace extends Place {
  readonly name: string;
  readonly path: string;
}

export interface ArmsPlan {
  readonly target: NamedPlace;
  /** A name of the same length that no rule for the target matches. */
  readonly neutralName: string;
  readonly controlServer?: Place;
  readonly sites: readonly NamedPlace[];
  /** The control server is asked in clear text, and the names stand in Host. */
  readonly plain?: boolean;
  /** Payload of each transfer. */
  readonly bytes: number;
  readonly timeoutMs: number;
  readonly trust: Trust;
  /** A laboratory's proxy; names stand for addresses then. */
  readonly through?: Place;
}

/** Of a place that a comparison lacks nothing can be asked: the caller wants only what is planned. */
export function armRequest(
  plan: ArmsPlan,
  { comparison, direction }: Wanted,
  arm: Arm,
  pair: number,
): TransferRequest {
  const { target, neutralName, controlServer, sites, bytes, timeoutMs, trust, through } = plan;
  const isTarget = arm === "target";
  const common = { direction, bytes, timeoutMs, trust, ...(through ? { through } : {}) };
  // Our own server has any certificate: what is compared is names, not whom to trust.
  const toServer = { ...common, trust: { ...trust, insecure: true } };
  const name = isTarget ? target.name : neutralName;
  // A look-up that led to somebody else's server would be measured in the target's place. An address was not looked up.
  const own = isTarget && isIP(target.name) === 0 ? { certificateName: target.name } : {};
  switch (comparison) {
    case "control-server":
      return {
        ...toServer,
        ...serverPlace(controlServer),
        ...(plan.plain ? { plain: true } : { serverName: name }),
        host: name,
        ...serverPaths(direction),
      };
    case "inverted":
      return {
        ...toServer,
        ...{ ...serverPlace(controlServer), serverName: target.name, host: target.name },
        ...{ ...serverPaths(direction), inverted: !isTarget },
      };
    case "same-address":
      // The request names the target inside TLS either way: the same object, as far as the server gives it.
      return {
        ...common,
        ...own,
        address: target.address,
        port: target.port,
        serverName: name,
        host: target.name,
        path: target.path,
      };
    case "site": {
      const place = isTarget ? target : sites[pair % sites.length];
      if (!place) throw new Error("no control site is planned");
      return {
        ...common,
        ...own,
        address: place.address,
        port: place.port,
        serverName: place.name,
        host: place.name,
        path: place.path,
      };
    }
  }
}

function serverPlace(place: Place | undefined): Place {
  if (!place) throw new Error("no control server is planned");
  return place;
}

function serverPaths(direction: Wanted["direction"]): Pick<TransferRequest, "path" | "pathOf"> {
  if (direction === "up") return { path: "/upload" };
  return { path: "/bytes/0", pathOf: (bytes) => `/bytes/${bytes}` };
}
