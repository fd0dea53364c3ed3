/**
 * One catalogue, two languages: English gives its shape, and a sentence that another language lacks is a type error.
 * `?lang=ru` chooses, else the browser's own languages do.
 */
import { createContext, type ReactNode, use, useEffect } from "react";
import { useAddress } from "../frame/address.tsx";
import { english } from "./english.ts";
import { russian } from "./russian.ts";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];
export type { Words } from "./shape.ts";

const CATALOGUES = { en: english, ru: russian } as const;
const WordsContext = createContext(english as import("./shape.ts").Words);
const LanguageContext = createContext<Language>("en");

export function WordsProvider({ children }: { readonly children: ReactNode }) {
  const { query } = useAddress();
  const asked = query.get("lang");
  const language = isLanguage(asked) ? asked : browserLanguage();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <LanguageContext value={language}>
      <WordsContext value={CATALOGUES[language]}>{children}</WordsContext>
    </LanguageContext>
  );
}

export function useWords() {
  return use(WordsContext);
}

export function useLanguage(): Language {
  return use(LanguageContext);
}

function isLanguage(text: string | null): text is Language {
  return (LANGUAGES as readonly (string | null)[]).includes(text);
}

function browserLanguage(): Language {
  for (const tag of navigator.languages) {
    const language = tag.slice(0, 2).toLowerCase();
    if (isLanguage(language)) return language;
  }
  return "en";
}
