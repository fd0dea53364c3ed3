/** The frame around every page: where one is, where one can go, language and theme. Embedded, only the pictures. */
import { Suspense, useEffect } from "react";
import { Link, questionMark, useAddress } from "./frame/address.tsx";
import { useTheme } from "./frame/theme.tsx";
import { PAGES } from "./pages/pages.tsx";
import { LANGUAGES, useLanguage, useWords } from "./words/words.tsx";

export function App() {
  const { parts, isEmbedded, query } = useAddress();
  const words = useWords();
  const [first = "", ...rest] = parts;
  const page = PAGES.find(({ path }) => path === first);
  const title = page?.title?.(words);
  const heading = [rest.length > 0 ? rest.join(" ") : (title ?? ""), "Brakelight"]
    .filter(Boolean)
    .join(" · ");
  useEffect(() => {
    document.title = heading;
  }, [heading]);
  const shown = page ? (
    <Suspense fallback={<p className="note">{words.frame.waiting}</p>}>
      <page.Show rest={rest} />
    </Suspense>
  ) : (
    <p className="note">{words.frame.noPage}</p>
  );
  if (isEmbedded) return <main className={query.has("picture") ? "embedded one" : "embedded"}>{shown}</main>;
  return (
    <>
      <a className="skip" href="#content">
        {words.frame.skip}
      </a>
      <header>
        <div className="masthead">
          <Link to="/">
            <span className="name">Brakelight</span>
          </Link>
          <Choices />
        </div>
        <nav aria-label={words.frame.pages}>
          {PAGES.flatMap(({ path, title: titleOf }) =>
            titleOf ? (
              <Link key={path} to={`/${path}`} current={path === first}>
                {titleOf(words)}
              </Link>
            ) : (
              []
            ),
          )}
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {shown}
      </main>
      <footer>
        <p>
          {words.frame.footer} <a href="/api/openapi.json">/api/openapi.json</a>
        </p>
      </footer>
    </>
  );
}

function Choices() {
  const words = useWords().frame;
  const { query, go } = useAddress();
  const language = useLanguage();
  const { theme, turn } = useTheme();
  return (
    <div className="choices">
      {LANGUAGES.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={one === language}
          onClick={() => {
            const next = new URLSearchParams(query);
            next.set("lang", one);
            go(`${location.pathname}${questionMark(next)}`, true);
          }}
        >
          {one === "en" ? "English" : "Русский"}
        </button>
      ))}
      <button type="button" onClick={turn}>
        {theme === "dark" ? words.light : words.dark}
      </button>
    </div>
  );
}
