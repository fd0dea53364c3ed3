/** Sets this program's clock by SHIFT_CLOCK_DAYS (half a year ahead), some seconds after its start. Loaded with --import. */
const SHIFT_MS = Number(process.env.SHIFT_CLOCK_DAYS ?? 182) * 86_400_000;
const real = Date.now;
const RealDate = Date;
const fromMs = real() + Number(process.env.SHIFT_CLOCK_AFTER_S) * 1000;
const now = () => (real() >= fromMs ? real() + SHIFT_MS : real());

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }
  static now = now;
};
