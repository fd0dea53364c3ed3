/**
 * What moves through a relay, and what it meets on its way. A lane (lane.ts) carries the pieces of one direction of a
 * flow through its stages in order: links, boxes, borders. Stages decide and do nothing: lane and flow carry it out.
 *
 * A stream has no packets and loses nothing: what a network would drop is held here and asked about again, as a sender
 * that repeats it would; so nothing that passes is ever missing, repeated or out of order.
 */

/** "open" stands for SYN and SYN+ACK, "end" for FIN, "reset" for RST; they and only they carry no bytes. */
export type PieceKind = "open" | "data" | "end" | "reset";

export interface Piece {
  readonly kind: PieceKind;
  readonly bytes: Uint8Array;
}

/** How a stage ends a flow: as if refused or out of reach (before it is open), by resets, or with a page of its own. */
export type Ending =
  | { readonly kind: "unreachable" }
  | { readonly kind: "reset" }
  | { readonly kind: "page"; readonly bytes: Uint8Array };

/** Packet clock. "waits": ask again at that time, nothing behind it passes before. */
export type Passage =
  | { readonly kind: "leaves"; readonly atUs: number }
  | { readonly kind: "waits"; readonly untilUs: number }
  | { readonly kind: "ends"; readonly ending: Ending };

/** One direction of one flow at one place. `pass` is asked about the same piece until it leaves. */
export interface Stage {
  pass(piece: Piece, nowUs: number): Passage;
}

/** What stands in a flow's way at one place, in the client's sense of up and down. */
export interface Place {
  readonly up: Stage;
  readonly down: Stage;
}

/** Payload of a full packet and its headers: IPv4 20, TCP 20 and timestamps 12 bytes of 1,500 (RFC 9293, RFC 7323). */
export const PIECE_BYTES = 1448;
export const HEADER_BYTES = 52;
/** How soon what is held is asked about again: far below a sender's own patience, far above a core's. */
const HELD_US = 50_000;

const NOTHING = new Uint8Array(0);

/** Rates count IP packets: a piece costs what a packet of its payload would. */
export function packetBytes({ bytes }: Piece): number {
  return bytes.length + HEADER_BYTES;
}

export function emptyPiece(kind: Exclude<PieceKind, "data">): Piece {
  return { kind, bytes: NOTHING };
}

/** The chunk in pieces of at most PIECE_BYTES, without copying. */
export function cutPieces(chunk: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
    pieces.push({ kind: "data", bytes: chunk.subarray(at, at + PIECE_BYTES) });
  }
  return pieces;
}

export function leaves(atUs: number): Passage {
  return { kind: "leaves", atUs };
}

/** Held for as long as nothing changes. */
export function held(nowUs: number): Passage {
  return { kind: "waits", untilUs: nowUs + HELD_US };
}
