/**
 * Numbers and units the Russian way: "12.3 Mbit/s" becomes "12,3 Мбит/с", "450 bytes" "450 байт"; and the forms of nouns
 * after numbers. Names, addresses and versions have no unit behind them and stay.
 */
const UNITS: Readonly<Record<string, string>> = {
  ...{ "bit/s": "бит/с", "kbit/s": "кбит/с", "Mbit/s": "Мбит/с", "Gbit/s": "Гбит/с" },
  ...{ B: "Б", kB: "кБ", MB: "МБ", GB: "ГБ" },
  ...{ s: "с", ms: "мс", µs: "мкс" },
};
const QUANTITY = /(?<![\w.,-])(\d{1,15})(?:\.(\d{1,6}))? (bytes?|[kMG]?bit\/s|[kMG]?B|ms|µs|s)(?![\w/])/g;

export function russianQuantities(text: string): string {
  return text.replace(QUANTITY, (_, whole: string, decimals: string | undefined, unit: string) => {
    const number = decimals === undefined ? whole : `${whole},${decimals}`;
    const word = unit.startsWith("byte") ? pluralOf(Number(whole), "байт", "байта", "байт") : UNITS[unit]!;
    return `${number} ${word}`;
  });
}

/** "0.95" -> "0,95" */
export function russianNumber(text: string): string {
  return text.replace(".", ",");
}

/** 1 поток, 2 потока, 5 потоков, 11 потоков, 21 поток. */
export function pluralOf(count: number, one: string, few: string, many: string): string {
  const [tens, ones] = [Math.floor(count / 10) % 10, count % 10];
  if (tens !== 1 && ones === 1) return one;
  return tens !== 1 && ones >= 2 && ones <= 4 ? few : many;
}

/** After "из": из 1 пары, из 5 пар, из 21 пары. */
export function genitiveOf(count: number, one: string, many: string): string {
  return `${count} ${pluralOf(count, one, many, many)}`;
}
