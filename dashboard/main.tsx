/** The start of the pages. */
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { AddressProvider } from "./frame/address.tsx";
import { ThemeProvider } from "./frame/theme.tsx";
import { WordsProvider } from "./words/words.tsx";
import "./style.css";

createRoot(document.getElementById("page")!).render(
  <AddressProvider>
    <WordsProvider>
      <ThemeProvider>
        <App />
      </ThemeProvider>
    </WordsProvider>
  </AddressProvider>,
);
