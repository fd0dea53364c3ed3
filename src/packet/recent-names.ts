/**
 * Tells a retransmission from something new: the last names that were emitted, by fingerprint.
 * Bounds: SLOTS names of 32 bits each; a newer name takes an older one's slot, so a retransmission that comes after
 * very many other names counts as new. A new name is taken for a known one with a probability of 2^-32.
 */
const SLOTS = 131_072;

export class RecentNames {
  readonly #fingerprints = new Uint32Array(SLOTS);

  /** Whether the pair of hashes is new; it is known from now on. */
  isNew(place: number, fingerprint: number): boolean {
    const slot = place & (SLOTS - 1);
    const wanted = fingerprint >>> 0 || 1;
    if (this.#fingerprints[slot] === wanted) return false;
    this.#fingerprints[slot] = wanted;
    return true;
  }
}
