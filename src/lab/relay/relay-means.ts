/**
 * A visit's means on relays: a tunnel through the client's entry. What only the kernel knows is absent: no RTT; bytes are
 * those of the client's socket, and for an upload those that the relay has brought to the server.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { failureName } from "../../observation/failure-name.ts";
import type { VisitMeans } from "../visit/carry-out-visit.ts";
import { StepFailed, TIME_OUT } from "../visit/step-failed.ts";
import { FAILURE_HEADER } from "./relay-entry.ts";

const LOOPBACK = "127.0.0.1";

export interface RelayPlace {
  /** Of the client's entry. */
  readonly entryPort: number;
  readonly authority: string;
  readonly lookUp: VisitMeans["lookUp"];
  /** Payload that has reached the server, of the connection with this port at the client's end. */
  passedUpBytes(clientPort: number): number;
  /** What the relay still holds of that connection is nobody's any more. */
  close(clientPort: number): void;
}

export function relayMeans(place: RelayPlace): VisitMeans {
  return {
    authority: place.authority,
    lookUp: place.lookUp,
    connect: async (address, port, timeoutMs) => {
      const target = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
      const socket = await openTunnel(place.entryPort, target, timeoutMs);
      const { localPort = 0 } = socket;
      return {
        socket,
        movedBytes: (direction) => (direction === "up" ? place.passedUpBytes(localPort) : socket.bytesRead),
        close: () => {
          place.close(localPort);
          socket.destroy();
        },
      };
    },
  };
}

function openTunnel(entryPort: number, target: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({
      host: LOOPBACK,
      port: entryPort,
      method: "CONNECT",
      path: target,
      agent: false,
    });
    const fail = (failure: string): void => {
      clearTimeout(timer);
      asked.destroy();
      reject(new StepFailed("connect", failure));
    };
    const timer = setTimeout(() => fail(TIME_OUT), timeoutMs);
    asked.on("connect", (response: IncomingMessage, socket: Socket) => {
      clearTimeout(timer);
      socket.on("error", () => {});
      if (response.statusCode === 200) resolve(socket);
      else fail(String(response.headers[FAILURE_HEADER] ?? "connection_refused"));
    });
    asked.on("error", (error) => fail(failureName(error)));
    asked.end();
  });
}
