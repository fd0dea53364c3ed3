/**
 * Sets this program's clock by SHIFT_CLOCK_DAYS (half a year ahead): SHIFT_CLOCK_AFTER_S seconds after its start, or, without
 * that, when it gets SIGUSR2. Loaded with --import.
 */
const SHIFT_MS = Number(process.env.SHIFT_CLOCK_DAYS ?? 182) * 86_400_000;
const AFTER_S = process.env.SHIFT_CLOCK_AFTER_S;
const real = Date.now;
const RealDate = Date;
let fromMs = AFTER_S === undefined ? Number.POSITIVE_INFINITY : real() + Number(AFTER_S) * 1000;
const now = () => (real() >= fromMs ? real() + SHIFT_MS : real());

if (AFTER_S === undefined)
  process.on("SIGUSR2", () => {
    fromMs = 0;
  });

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }
  static now = now;
};
