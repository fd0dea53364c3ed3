/** Wilson's interval of a share at 95 % (Wilson, JASA 22, 1927). */
const Z = 1.96;

export function wilson(hits: number, all: number): [low: number, high: number] {
  const share = hits / all;
  const middle = share + Z ** 2 / (2 * all);
  const half = Z * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2));
  const scale = 1 + Z ** 2 / all;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}
