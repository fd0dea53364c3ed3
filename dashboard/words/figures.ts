/** Figures and times in a reader's language; times are UTC, whatever the machine's zone. */
import type { Language } from "./words.tsx";

const TAG: Readonly<Record<Language, string>> = { en: "en-GB", ru: "ru-RU" };

export function whole(value: number, language: Language): string {
  return new Intl.NumberFormat(TAG[language], { maximumFractionDigits: 0 }).format(value);
}

/** Three significant digits at most. */
export function rounded(value: number, language: Language): string {
  return new Intl.NumberFormat(TAG[language], { maximumSignificantDigits: 3 }).format(value);
}

export function percent(share: number, language: Language): string {
  const digits = share > 0 && share < 0.01 ? 1 : 0;
  return new Intl.NumberFormat(TAG[language], { style: "percent", maximumFractionDigits: digits }).format(
    share,
  );
}

const RATES: Readonly<Record<Language, readonly [string, string, string, string]>> = {
  en: ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"],
  ru: ["бит/с", "кбит/с", "Мбит/с", "Гбит/с"],
};

export function rate(bps: number, language: Language): string {
  const step = bps >= 1e9 ? 3 : bps >= 1e6 ? 2 : bps >= 1e3 ? 1 : 0;
  return `${rounded(bps / 1000 ** step, language)} ${RATES[language][step]}`;
}

/** "2021-03-10 07:22" */
export function moment(time: string | number): string {
  return new Date(time).toISOString().slice(0, 16).replace("T", " ");
}

export function day(time: string | number): string {
  return new Date(time).toISOString().slice(0, 10);
}
