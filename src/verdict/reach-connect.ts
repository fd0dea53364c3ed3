/**
 * Judges the TCP connects of one hop against the control's connects to the same addresses.
 * One success passes. Failures that the control shares are the site's; failures of the probe itself judge nothing.
 */
import { isIpv6 } from "../observation/address.ts";
import { failureKind } from "../observation/failure.ts";
import { endpointKey, type OoniConnect, type OoniReading } from "../observation/ooni-reading.ts";
import { decided, insufficient, mechanismOf, passed, type Step, unique } from "./finding.ts";

export interface ConnectContext {
  readonly port: number;
  /** Only these count; empty: all on that port and depth. */
  readonly addresses: readonly string[];
  readonly depth?: number;
  readonly controlReachedPage: boolean | undefined;
}

/** The connects that belong to a hop. */
export function connectsOf(reading: OoniReading, { port, addresses, depth }: ConnectContext): OoniConnect[] {
  const onPort = reading.connects.filter((connect) => connect.port === port);
  const toThem = addresses.length > 0 ? onPort.filter(({ ip }) => addresses.includes(ip)) : onPort;
  const here = toThem.filter((connect) => connect.depth === undefined || connect.depth === depth);
  // Where no depth is told, or a redirect reused what was tried before, all to the right addresses count.
  return here.length > 0 || (addresses.length === 0 && depth !== undefined) ? here : toThem;
}

export function judgeConnects(reading: OoniReading, context: ConnectContext): Step {
  const connects = connectsOf(reading, context);
  if (connects.length === 0) return { kind: "unseen" };
  const control = (connect: OoniConnect) =>
    reading.control?.connects.get(endpointKey(connect.ip, connect.port));
  const described = (connect: OoniConnect): string =>
    `TCP to ${connect.ip} port ${connect.port}: ${connect.failure ?? "connected"}`;
  const failed = connects.filter(({ failure }) => failure !== undefined);
  if (failed.length < connects.length) {
    return passed(
      ...failed
        .filter((connect) => control(connect)?.ok)
        .map((connect) => `${described(connect)}, others connected`),
    );
  }
  const telling = failed.filter(({ ip, failure }) => {
    const kind = failureKind(failure!);
    // A probe without IPv6 cannot reach IPv6 addresses.
    return kind !== "local" && kind !== "unknown" && !(kind === "unreachable" && isIpv6(ip));
  });
  if (telling.length === 0) {
    return decided(
      insufficient(
        ...failed.slice(0, 3).map(described),
        "the probe's own trouble, or none that says what happened",
      ),
    );
  }
  const online = isOnline(reading);
  const against = telling.filter((connect) => control(connect)?.ok);
  if (against.length > 0) {
    if (!online) {
      return decided(
        insufficient(...against.slice(0, 3).map(described), "nothing shows that the probe was online"),
      );
    }
    return decided({
      state: "blocked",
      mechanisms: unique(against.map(({ failure }) => mechanismOf("tcp", failureKind(failure!)))),
      confidence: against.length === connects.length ? "medium" : "low",
      evidence: against.slice(0, 5).map((connect) => `${described(connect)}; the control connected to it`),
      ruledOut: [
        {
          explanation: "the site was down",
          because: "the control connected to the same address at the same time",
        },
        { explanation: "the probe was offline", because: "other of its operations succeeded" },
      ],
    });
  }
  const shared = telling.filter((connect) => control(connect)?.ok === false);
  if (shared.length > 0) {
    const evidence = shared
      .slice(0, 5)
      .map((connect) => `${described(connect)}; it failed for the control as well`);
    if (context.controlReachedPage) {
      return decided(insufficient(...evidence, "yet the control reached the page by another address"));
    }
    return decided({
      state: "down",
      mechanisms: [],
      confidence: "medium",
      evidence,
      ruledOut: [{ explanation: "blocked in this network", because: "the control could not connect either" }],
    });
  }
  const evidence = telling.slice(0, 5).map(described);
  if (!context.controlReachedPage || !online) {
    return decided(insufficient(...evidence, "no control for these addresses to compare with"));
  }
  return decided({
    state: "blocked",
    mechanisms: unique(telling.map(({ failure }) => mechanismOf("tcp", failureKind(failure!)))),
    confidence: "low",
    evidence: [...evidence, "the control fetched the page"],
    ruledOut: [
      { explanation: "the site was down", because: "the control fetched the page at the same time" },
    ],
  });
}

/** Something of the measurement got an answer from the network; the control is asked over it as well. */
export function isOnline(reading: OoniReading): boolean {
  return (
    reading.control !== undefined ||
    reading.queries.some(({ answers }) => answers.length > 0) ||
    reading.connects.some(({ failure }) => failure === undefined) ||
    reading.requests.some(({ failure }) => failure === undefined)
  );
}
