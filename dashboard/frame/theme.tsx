/** Light or dark: the browser's wish, until the reader chooses. The choice is kept on this machine alone. */
import { createContext, type ReactNode, use, useEffect, useState } from "react";

export type Theme = "light" | "dark";
interface Themed {
  readonly theme: Theme;
  readonly turn: () => void;
}

const KEY = "brakelight-theme";
const ThemeContext = createContext<Themed>({ theme: "light", turn: () => {} });

export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const wish = matchMedia("(prefers-color-scheme: dark)");
  const [wished, setWished] = useState<Theme>(wish.matches ? "dark" : "light");
  const [chosen, setChosen] = useState<Theme | undefined>(kept);
  useEffect(() => {
    const changed = (event: MediaQueryListEvent): void => setWished(event.matches ? "dark" : "light");
    wish.addEventListener("change", changed);
    return () => wish.removeEventListener("change", changed);
  }, [wish]);
  const theme = chosen ?? wished;
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const turn = (): void => {
    const next = theme === "dark" ? "light" : "dark";
    setChosen(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };
  return <ThemeContext value={{ theme, turn }}>{children}</ThemeContext>;
}

export function useTheme(): Themed {
  return use(ThemeContext);
}

function kept(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined;
  }
}
