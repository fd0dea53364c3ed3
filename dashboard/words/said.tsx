/**
 * A sentence that a judge wrote: evidence, what is missing, why something was ruled out. They write English; a reader of
 * another language gets theirs where the sentence is known in it, and the English one else, marked as English.
 */
import { useEffect, useState } from "react";
import type { Translated } from "../../src/base/russian/sentences.ts";
import { useLanguage } from "./words.tsx";

type Translate = (sentence: string) => Translated;

const asWritten: Translate = (text) => ({ text, isKnown: false });

export function useSaid(): Translate {
  const language = useLanguage();
  const [translate, setTranslate] = useState<{ readonly say: Translate }>();
  useEffect(() => {
    if (language !== "ru") return;
    let isWanted = true;
    void import("./said-russian.ts").then(({ translate: say }) => {
      if (isWanted) setTranslate({ say });
    });
    return () => {
      isWanted = false;
    };
  }, [language]);
  return language === "ru" && translate ? translate.say : asWritten;
}

export function Said({ children }: { readonly children: string }) {
  const language = useLanguage();
  const { text, isKnown } = useSaid()(children);
  return <span lang={isKnown ? language : "en"}>{text}</span>;
}
