/**
 * One direction of a flow: pieces go in at one end, through the stages in order, and out at the other when their time has
 * come. Keeps their order. Bounds: whoever pushes stops above WINDOW_BYTES (isFull) until `roomy` is called.
 * It stops for good with close(), or when a stage ends the flow, which it tells once.
 */
import { packetClockUs } from "../clock/clocks.ts";
import type { Ending, Piece, Stage } from "./stage.ts";

/** What a sender has under way at most: 100 Mbit/s over a way of 40 ms. */
export const WINDOW_BYTES = 512 * 1024;
/** A timer of Node's is a millisecond at least. */
const TICK_US = 1000;

export interface LaneEnd {
  /** False: the next one shall wait until resume() is called. */
  deliver(piece: Piece): boolean;
  roomy(): void;
  ended(ending: Ending): void;
}

interface Leaving {
  readonly piece: Piece;
  readonly atUs: number;
}

export class Lane {
  readonly #stages: readonly Stage[];
  readonly #end: LaneEnd;
  /** Before each stage, and behind the last. */
  readonly #before: Piece[][];
  readonly #leaving: Leaving[][];
  #timer: NodeJS.Timeout | undefined;
  #heldBytes = 0;
  #isRunning = false;
  #isAsked = false;
  #isBlocked = false;
  #isClosed = false;

  constructor(stages: readonly Stage[], end: LaneEnd) {
    this.#stages = stages;
    this.#end = end;
    this.#before = Array.from({ length: stages.length + 1 }, () => []);
    this.#leaving = stages.map(() => []);
  }

  get isFull(): boolean {
    return this.#heldBytes >= WINDOW_BYTES;
  }

  push(...pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      this.#heldBytes += piece.bytes.length;
      this.#before[0]!.push(piece);
    }
    this.#run();
  }

  resume(): void {
    this.#isBlocked = false;
    this.#run();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Delivering may lead back here: it is then done once more instead of inside itself. */
  #run(): void {
    this.#isAsked = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isAsked && !this.#isClosed) {
      this.#isAsked = false;
      this.#advance(packetClockUs());
    }
    this.#isRunning = false;
  }

  #advance(nowUs: number): void {
    clearTimeout(this.#timer);
    let nextUs = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#stages.length; index++) {
      nextUs = Math.min(nextUs, this.#ask(index, nowUs));
      if (this.#isClosed) return;
      const leaving = this.#leaving[index]!;
      while (leaving.length > 0 && leaving[0]!.atUs <= nowUs)
        this.#before[index + 1]!.push(leaving.shift()!.piece);
      if (leaving.length > 0) nextUs = Math.min(nextUs, leaving[0]!.atUs);
    }
    this.#deliver();
    if (this.#isClosed || nextUs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#run(), Math.ceil(Math.max(TICK_US, nextUs - nowUs) / 1000));
  }

  /** When the stage wants to be asked again, at the latest. */
  #ask(index: number, nowUs: number): number {
    const before = this.#before[index]!;
    while (before.length > 0) {
      const passage = this.#stages[index]!.pass(before[0]!, nowUs);
      if (passage.kind === "waits") return passage.untilUs;
      if (passage.kind === "ends") {
        this.close();
        this.#end.ended(passage.ending);
        return Number.POSITIVE_INFINITY;
      }
      this.#leaving[index]!.push({ piece: before.shift()!, atUs: passage.atUs });
    }
    return Number.POSITIVE_INFINITY;
  }

  #deliver(): void {
    const arrived = this.#before[this.#stages.length]!;
    const wasFull = this.isFull;
    while (arrived.length > 0 && !this.#isBlocked && !this.#isClosed) {
      const piece = arrived.shift()!;
      this.#heldBytes -= piece.bytes.length;
      if (!this.#end.deliver(piece)) this.#isBlocked = true;
    }
    if (wasFull && !this.isFull && !this.#isClosed) this.#end.roomy();
  }
}
