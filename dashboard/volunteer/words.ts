/** Two languages of one catalogue: a sentence that Russian lacks is a type error. The browser's own is taken first. */
import { english } from "./english.ts";
import { russian } from "./russian.ts";

type Said<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Said<T[K]> };
export type Words = Said<typeof english>;

export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

export const WORDS: Readonly<Record<Language, Words>> = { en: english, ru: russian };

export function firstLanguage(asked: string | null, wished: readonly string[]): Language {
  for (const tag of [asked ?? "", ...wished]) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language in LANGUAGES) return language as Language;
  }
  return "en";
}
