/** What the reach does to the world, so that tests and the laboratory can stand in for parts of it. */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { createConnection, type Socket } from "node:net";

export interface ReachEffects {
  /** Monotonic, µs. */
  nowUs(): number;
  /** Local clock, ms since 1970. */
  wallMs(): number;
  randomBytes(count: number): Uint8Array;
  /** The system's resolver, in the order in which it names them; rejects with its error. */
  lookUp(name: string): Promise<readonly string[]>;
  /** A socket that has begun to connect. */
  openTcp(address: string, port: number): Socket;
  openUdp(family: 4 | 6): UdpSocket;
}

export const nodeEffects: ReachEffects = {
  nowUs: () => performance.now() * 1000,
  wallMs: () => Date.now(),
  randomBytes: (count) => randomBytes(count),
  lookUp: async (name) => (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address),
  openTcp: (address, port) => createConnection({ host: address, port, autoSelectFamily: false }),
  openUdp: (family) => createSocket(family === 4 ? "udp4" : "udp6"),
};
