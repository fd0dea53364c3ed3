/**
 * One connection of a client through the relay: its socket, the server's, and a lane for each direction between them.
 * Bounds: a lane's window a direction; reading stops beyond it. It ends with either socket, and leaves no timer behind.
 */
import { connect, type Socket } from "node:net";
import { Lane } from "./lane.ts";
import type { Ending, Piece, Place } from "./stage.ts";
import { cutPieces, emptyPiece } from "./stage.ts";

const LOOPBACK = "127.0.0.1";
/** A client that has closed its side, and to which nothing moves for so long, is taken to be gone. */
const LINGER_MS = 60_000;

/** Why a connection does not come about, as its client would be told (OONI df-007). */
export type Refusal = "connection_refused" | "host_unreachable";

export class RelayFlow {
  /** Payload that arrived at the server's end. */
  passedUpBytes = 0;
  readonly #client: Socket;
  readonly #port: number | undefined;
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #opened: Promise<Refusal | undefined>;
  #answerOpen: (refusal: Refusal | undefined) => void = () => {};
  #server: Socket | undefined;
  #passedDownBytes = 0;
  #lingering: NodeJS.Timeout | undefined;
  #isOpen = false;
  #isOver = false;

  /** `port`: of the server, on loopback; undefined where nobody listens. */
  constructor(client: Socket, places: readonly Place[], port: number | undefined) {
    this.#client = client;
    this.#port = port;
    this.#opened = new Promise((resolve) => {
      this.#answerOpen = resolve;
    });
    const ended = (ending: Ending): void => this.#end(ending);
    this.#up = new Lane(
      places.map(({ up }) => up),
      { deliver: (piece) => this.#toServer(piece), roomy: () => client.resume(), ended },
    );
    this.#down = new Lane(places.map(({ down }) => down).reverse(), {
      deliver: (piece) => this.#toClient(piece),
      roomy: () => this.#server?.resume(),
      ended,
    });
    client.on("close", () => this.close());
  }

  /** Resolves when the server's answer is back, with a reason when it is none; never where the network is silent. */
  open(): Promise<Refusal | undefined> {
    this.#up.push(emptyPiece("open"));
    return this.#opened;
  }

  /** After open(): relays `first`, then whatever the client sends. */
  start(first: Uint8Array): void {
    const client = this.#client;
    this.#up.push(...cutPieces(first));
    client.on("data", (chunk: Buffer) => {
      this.#up.push(...cutPieces(chunk));
      if (this.#up.isFull) client.pause();
    });
    client.on("end", () => {
      this.#up.push(emptyPiece("end"));
      this.#linger();
    });
    client.resume();
  }

  /** Takes both sockets along. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#lingering);
    this.#up.close();
    this.#down.close();
    this.#server?.destroy();
    this.#client.destroy();
  }

  #linger(): void {
    const before = this.passedUpBytes + this.#passedDownBytes;
    this.#lingering = setTimeout(() => {
      if (this.passedUpBytes + this.#passedDownBytes === before) this.close();
      else this.#linger();
    }, LINGER_MS);
  }

  #toServer(piece: Piece): boolean {
    if (piece.kind === "open") this.#connect();
    else if (piece.kind === "end") this.#server?.end();
    else if (this.#server && !this.#server.writableEnded) {
      this.passedUpBytes += piece.bytes.length;
      return this.#server.write(piece.bytes);
    }
    return true;
  }

  #connect(): void {
    if (this.#port === undefined) {
      this.#down.push(emptyPiece("reset"));
      return;
    }
    const server = connect({ host: LOOPBACK, port: this.#port, allowHalfOpen: true, noDelay: true });
    this.#server = server;
    server.once("connect", () => this.#down.push(emptyPiece("open")));
    server.on("data", (chunk: Buffer) => {
      this.#down.push(...cutPieces(chunk));
      if (this.#down.isFull) server.pause();
    });
    server.on("drain", () => this.#up.resume());
    server.on("end", () => this.#down.push(emptyPiece("end")));
    server.on("error", () => {
      if (!this.#isOver) this.#down.push(emptyPiece("reset"));
    });
  }

  #toClient(piece: Piece): boolean {
    const client = this.#client;
    if (piece.kind === "reset") this.#end({ kind: "reset" });
    else if (piece.kind === "open") {
      this.#isOpen = true;
      client.on("drain", () => this.#down.resume());
      this.#answerOpen(undefined);
    } else if (piece.kind === "end") client.end();
    else if (!client.writableEnded) {
      this.#passedDownBytes += piece.bytes.length;
      return client.write(piece.bytes);
    }
    return true;
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#up.close();
    this.#down.close();
    this.#server?.resetAndDestroy();
    if (!this.#isOpen)
      this.#answerOpen(ending.kind === "unreachable" ? "host_unreachable" : "connection_refused");
    else if (ending.kind === "page") {
      this.#client.end(ending.bytes);
      this.#client.resume();
    } else this.#client.resetAndDestroy();
  }
}
