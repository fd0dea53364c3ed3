/**
 * What each client has used of its bounds. Time is an argument, milliseconds that do not go back.
 * Windows (second, minute, hour) begin with their first use, so a client may use two windows' worth around a border.
 * Memory: bounds.clients entries; the one that was used longest ago and has no connection is forgotten for a new one. Of
 * networks, as many as have connections.
 */
import type { Bounds } from "./bounds.ts";
import { networkOf } from "./client-address.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

class Window {
  used = 0;
  startMs = Number.NEGATIVE_INFINITY;
  readonly #lengthMs: number;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  left(most: number, nowMs: number): number {
    if (nowMs - this.startMs >= this.#lengthMs) {
      this.startMs = nowMs;
      this.used = 0;
    }
    return most - this.used;
  }

  /** Whether there was room for `amount`; takes nothing otherwise. */
  take(amount: number, most: number, nowMs: number): boolean {
    if (this.left(most, nowMs) < amount) return false;
    this.used += amount;
    return true;
  }

  endsInMs(nowMs: number): number {
    return Math.max(0, this.startMs + this.#lengthMs - nowMs);
  }
}

interface Client {
  connections: number;
  waits: number;
  readonly bytes: Window;
  readonly opened: Window;
  readonly requests: Window;
  readonly datagrams: Window;
}

/** "excess": taken, to be told that it is too many. */
export type Opening = "served" | "excess" | "refused";

/** Bytes set aside, and the window that they are of. */
export interface Reservation {
  readonly client: string;
  readonly bytes: number;
  readonly windowMs: number;
}

export class ClientTable {
  readonly #bounds: Bounds;
  /** Least recently used first. */
  readonly #clients = new Map<string, Client>();
  /** Connections open of a network. */
  readonly #networks = new Map<string, number>();
  #connections = 0;
  #waits = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Open now, of all clients. */
  get connections(): number {
    return this.#connections;
  }

  /** What is not refused must be given to closeConnection in the end. */
  openConnection(client: string, nowMs: number): Opening {
    const { connections, connectionsPerMinute } = this.#bounds;
    const network = networkOf(client);
    const ofNetwork = this.#networks.get(network) ?? 0;
    if (!this.#hasRoom(ofNetwork)) return "refused";
    const entry = this.#entry(client);
    if (!entry || entry.connections >= 2 * connections) return "refused";
    if (!entry.opened.take(1, connectionsPerMinute, nowMs)) return "refused";
    const opening = entry.connections >= connections ? "excess" : "served";
    entry.connections++;
    this.#networks.set(network, ofNetwork + 1);
    this.#connections++;
    return opening;
  }

  #hasRoom(ofNetwork: number): boolean {
    const { allConnections, sharedShare, networkConnections } = this.#bounds;
    const left = allConnections - this.#connections;
    return left > 0 && (left > sharedShare * allConnections || ofNetwork < networkConnections);
  }

  closeConnection(client: string): void {
    // A client with connections is never forgotten.
    this.#clients.get(client)!.connections--;
    const network = networkOf(client);
    const left = this.#networks.get(network)! - 1;
    if (left > 0) this.#networks.set(network, left);
    else this.#networks.delete(network);
    this.#connections--;
  }

  /** Whether the client may wait for one more answer. What was begun must be ended with endWait. */
  beginWait(client: string): boolean {
    const entry = this.#entry(client);
    if (!entry || entry.waits >= this.#bounds.waits || this.#waits >= this.#bounds.allWaits) return false;
    entry.waits++;
    this.#waits++;
    return true;
  }

  endWait(client: string): void {
    this.#waits--;
    const entry = this.#clients.get(client);
    if (entry) entry.waits--;
  }

  /** 0, or for how many milliseconds there are no more. */
  takeRequest(client: string, nowMs: number): number {
    const requests = this.#entry(client)?.requests;
    return requests?.take(1, this.#bounds.requestsPerMinute, nowMs)
      ? 0
      : (requests?.endsInMs(nowMs) ?? 0) + 1;
  }

  takeDatagram(client: string, bytes: number, nowMs: number): boolean {
    const entry = this.#entry(client);
    if (!entry?.datagrams.take(1, this.#bounds.datagramsPerSecond, nowMs)) return false;
    return entry.bytes.take(bytes, this.#bounds.bytesPerHour, nowMs);
  }

  bytesLeft(client: string, nowMs: number): number {
    return this.#entry(client)?.bytes.left(this.#bounds.bytesPerHour, nowMs) ?? 0;
  }

  /** Until the client's hour is over. */
  bytesAgainInMs(client: string, nowMs: number): number {
    return this.#entry(client)?.bytes.endsInMs(nowMs) ?? HOUR_MS;
  }

  /** Undefined, and nothing taken, where that many are not left. */
  reserveBytes(client: string, bytes: number, nowMs: number): Reservation | undefined {
    const window = this.#entry(client)?.bytes;
    if (!window?.take(bytes, this.#bounds.bytesPerHour, nowMs)) return undefined;
    return { client, bytes, windowMs: window.startMs };
  }

  /** What was set aside and not used; into the window that it was taken from, if that still runs. */
  giveBack(reservation: Reservation, bytes: number): void {
    const window = this.#clients.get(reservation.client)?.bytes;
    if (window?.startMs === reservation.windowMs) window.used = Math.max(0, window.used - bytes);
  }

  #entry(client: string): Client | undefined {
    const known = this.#clients.get(client);
    if (known) {
      this.#clients.delete(client);
      this.#clients.set(client, known);
      return known;
    }
    if (this.#clients.size >= this.#bounds.clients && !this.#forgetOne()) return undefined;
    const made: Client = {
      connections: 0,
      waits: 0,
      bytes: new Window(HOUR_MS),
      opened: new Window(MINUTE_MS),
      requests: new Window(MINUTE_MS),
      datagrams: new Window(SECOND_MS),
    };
    this.#clients.set(client, made);
    return made;
  }

  #forgetOne(): boolean {
    for (const [client, { connections }] of this.#clients) {
      if (connections > 0) continue;
      return this.#clients.delete(client);
    }
    return false;
  }
}
