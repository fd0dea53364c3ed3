/**
 * All texts that lie anywhere in a name, in one pass over its bytes: the automaton of Aho and Corasick ("Efficient
 * string matching", CACM 1975). States are numbered by depth; the children of a state lie side by side. The first
 * states, where nearly all bytes of nearly all names are spent, have a row of transitions each; deeper ones look
 * among their children and fall back. Time is linear in the name whatever the texts, but for the rules found.
 * Memory: about 20 bytes a state (one for each distinct beginning of a text) and at most 4 MB of rows.
 */
import { FOLD } from "./name-pattern.ts";
import type { RuleQueues } from "./rule-queues.ts";

const MOST_ROW_CELLS = 1 << 20;
const NO_QUEUE = -1;

export class ContainsAutomaton {
  readonly #queues: RuleQueues;
  /** Of each byte, folded; 0 for bytes that are in no text. */
  readonly #classes = new Uint8Array(256);
  #classCount = 1;
  #states = 1;
  /** Children of state s: firstChild[s] up to, not including, firstChild[s + 1]. */
  #firstChild = new Uint32Array(0);
  /** Class of the byte by which a state is entered. */
  #entries = new Uint8Array(0);
  /** The state of the longest other text beginning that this state's ends with. */
  #fails = new Uint32Array(0);
  #queueOf = new Int32Array(0);
  /** This state, or the next one along `fails`, that ends a text; 0 for none. */
  #outputs = new Uint32Array(0);
  /** The smallest rule of all texts that end here: worth a look only when it comes before the best. */
  #fronts = new Int32Array(0);
  /** Rows of (next state << 1 | ends a text), for states below #rowStates. */
  #rows = new Int32Array(0);
  #rowStates = 0;

  /** `texts` are distinct and not empty, one character a byte, in lower case; `queueOf` says whose rules they are. */
  constructor(queues: RuleQueues, queueOf: ReadonlyMap<string, number>, noRule: number) {
    this.#queues = queues;
    const texts = [...queueOf.keys()].sort();
    this.#classify(texts);
    this.#build(texts, queueOf);
    this.#fallBack(noRule);
    this.#fillRows();
  }

  /** The first rule before `best` with a text in bytes[start, end); otherwise `best`. */
  first(bytes: Uint8Array, start: number, end: number, best: number): number {
    const classes = this.#classes;
    const rows = this.#rows;
    const width = this.#classCount;
    const rowStates = this.#rowStates;
    let state = 0;
    for (let i = start; i < end; i++) {
      const kind = classes[bytes[i]!]!;
      if (state >= rowStates) {
        state = this.#next(state, kind);
      } else {
        const cell = rows[state * width + kind]!;
        state = cell >>> 1;
        if ((cell & 1) === 0) continue;
      }
      if (this.#fronts[state]! < best) best = this.#firstAt(state, best);
    }
    return best;
  }

  #firstAt(state: number, best: number): number {
    for (let s = this.#outputs[state]!; s !== 0; s = this.#outputs[this.#fails[s]!]!) {
      if (this.#fronts[s]! >= best) return best;
      best = this.#queues.first(this.#queueOf[s]!, best);
    }
    return best;
  }

  #next(state: number, kind: number): number {
    for (;;) {
      if (state < this.#rowStates) return this.#rows[state * this.#classCount + kind]! >>> 1;
      const child = this.#child(state, kind);
      if (child !== 0) return child;
      if (state === 0) return 0;
      state = this.#fails[state]!;
    }
  }

  #child(state: number, kind: number): number {
    const end = this.#firstChild[state + 1]!;
    for (let child = this.#firstChild[state]!; child < end; child++) {
      if (this.#entries[child] === kind) return child;
    }
    return 0;
  }

  #classify(texts: readonly string[]): void {
    const kinds = new Uint8Array(256);
    for (const text of texts) for (let i = 0; i < text.length; i++) kinds[text.charCodeAt(i)] = 1;
    // No text holds all 256 bytes in lower case, so that classes fit a byte.
    for (let byte = 0; byte < 256; byte++) if (kinds[byte] === 1) kinds[byte] = this.#classCount++;
    for (let byte = 0; byte < 256; byte++) this.#classes[byte] = kinds[FOLD[byte]!]!;
  }

  /** Breadth first over the sorted texts: a state is a range of texts that begin alike. */
  #build(texts: readonly string[], queueOf: ReadonlyMap<string, number>): void {
    const most = countStates(texts);
    this.#states = most;
    this.#firstChild = new Uint32Array(most + 1);
    this.#entries = new Uint8Array(most);
    this.#queueOf = new Int32Array(most).fill(NO_QUEUE);
    const lows = new Uint32Array(most);
    const highs = new Uint32Array(most);
    highs[0] = texts.length;
    let made = 1;
    let depth = 0;
    let depthEnd = 1;
    for (let state = 0; state < most; state++) {
      if (state === depthEnd) {
        depth++;
        depthEnd = made;
      }
      this.#firstChild[state] = made;
      let low = lows[state]!;
      const high = highs[state]!;
      // Of texts that begin alike, the one that ends here comes first.
      if (low < high && texts[low]!.length === depth) this.#queueOf[state] = queueOf.get(texts[low++]!)!;
      while (low < high) {
        const byte = texts[low]!.charCodeAt(depth);
        lows[made] = low;
        while (low < high && texts[low]!.charCodeAt(depth) === byte) low++;
        highs[made] = low;
        this.#entries[made++] = this.#classes[byte]!;
      }
    }
    this.#firstChild[most] = made;
  }

  #fallBack(noRule: number): void {
    const states = this.#states;
    this.#fails = new Uint32Array(states);
    this.#outputs = new Uint32Array(states);
    this.#fronts = new Int32Array(states).fill(noRule);
    for (let state = 0; state < states; state++) {
      // Shallower states are complete: those that fail to them may go on.
      if (state > 0) {
        const fail = this.#fails[state]!;
        const queue = this.#queueOf[state]!;
        this.#outputs[state] = queue >= 0 ? state : this.#outputs[fail]!;
        const front = queue >= 0 ? this.#queues.front(queue, noRule) : noRule;
        this.#fronts[state] = Math.min(front, this.#fronts[fail]!);
      }
      const end = this.#firstChild[state + 1]!;
      for (let child = this.#firstChild[state]!; child < end; child++) {
        if (state > 0) this.#fails[child] = this.#next(this.#fails[state]!, this.#entries[child]!);
      }
    }
  }

  #fillRows(): void {
    const width = this.#classCount;
    const rowStates = Math.min(this.#states, Math.floor(MOST_ROW_CELLS / width));
    this.#rows = new Int32Array(rowStates * width);
    for (let state = 0; state < rowStates; state++) {
      const row = state * width;
      // A state's fall-back is shallower, so that its row is filled already.
      if (state > 0) {
        const fail = this.#fails[state]! * width;
        this.#rows.copyWithin(row, fail, fail + width);
      }
      const end = this.#firstChild[state + 1]!;
      for (let child = this.#firstChild[state]!; child < end; child++)
        this.#rows[row + this.#entries[child]!] = (child << 1) | (this.#outputs[child] === 0 ? 0 : 1);
    }
    this.#rowStates = rowStates;
  }
}

/** One for the empty beginning, and one for each byte that a text does not share with the text before it. */
function countStates(texts: readonly string[]): number {
  let states = 1;
  let before = "";
  for (const text of texts) {
    let shared = 0;
    while (shared < before.length && before.charCodeAt(shared) === text.charCodeAt(shared)) shared++;
    states += text.length - shared;
    before = text;
  }
  return states;
}
