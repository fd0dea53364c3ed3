/**
 * HyStart: ends slow start before a loss does, as Linux' CUBIC (Ha and Rhee, "Taming the elephants", 2011).
 * Two signs: the least delay of a round has grown, or a train of ACKs has become as long as half the round trip.
 */
const MINIMUM_WINDOW = 16;
const SAMPLES_A_ROUND = 8;
const LEAST_DELAY_STEP_US = 4_000;
const LARGEST_DELAY_STEP_US = 16_000;
/** ACKs at most this far apart form a train. */
const TRAIN_GAP_US = 2_000;

export class HyStart {
  #roundEnd = -1;
  #roundStartUs = 0;
  #lastAckUs = 0;
  #roundLeastUs = Number.POSITIVE_INFINITY;
  #samples = 0;
  #leastUs = Number.POSITIVE_INFINITY;

  reset(): void {
    this.#roundEnd = -1;
    this.#leastUs = Number.POSITIVE_INFINITY;
  }

  endsSlowStart(
    rttUs: number,
    acknowledged: number,
    next: number,
    windowSegments: number,
    nowUs: number,
  ): boolean {
    if (acknowledged > this.#roundEnd) {
      this.#roundEnd = next;
      this.#roundStartUs = nowUs;
      this.#lastAckUs = nowUs;
      this.#roundLeastUs = Number.POSITIVE_INFINITY;
      this.#samples = 0;
    }
    this.#leastUs = Math.min(this.#leastUs, rttUs);
    const inTrain = nowUs - this.#lastAckUs <= TRAIN_GAP_US;
    if (inTrain) this.#lastAckUs = nowUs;
    if (this.#samples < SAMPLES_A_ROUND) {
      this.#samples++;
      this.#roundLeastUs = Math.min(this.#roundLeastUs, rttUs);
    }
    if (windowSegments < MINIMUM_WINDOW) return false;
    if (inTrain && nowUs - this.#roundStartUs > this.#leastUs / 2) return true;
    const step = Math.min(Math.max(this.#leastUs / 8, LEAST_DELAY_STEP_US), LARGEST_DELAY_STEP_US);
    return this.#samples >= SAMPLES_A_ROUND && this.#roundLeastUs > this.#leastUs + step;
  }
}
