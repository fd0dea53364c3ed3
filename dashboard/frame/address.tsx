/**
 * Where a reader is: the path is a permalink, the query the state of its page. `/embed/...` is the same without chrome.
 * Links move within the app; whatever a browser does by itself (new tab, back) goes on working.
 */
import {
  createContext,
  type MouseEvent,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from "react";

export interface Address {
  /** Without /embed, decoded: ["incidents", "2021-03-10-outage-as12389"]. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly isEmbedded: boolean;
  /** Moves there; `replaces`: the step back goes to what was before this one. */
  go(to: string, replaces?: boolean): void;
}

const AddressContext = createContext<Address | undefined>(undefined);
/** Kept from page to page. */
const KEPT = ["lang"];

export function AddressProvider({ children }: { readonly children: ReactNode }) {
  const [href, setHref] = useState(location.href);
  useEffect(() => {
    const changed = (): void => setHref(location.href);
    addEventListener("popstate", changed);
    return () => removeEventListener("popstate", changed);
  }, []);
  const go = useCallback((to: string, replaces = false): void => {
    if (replaces) history.replaceState(null, "", to);
    else history.pushState(null, "", to);
    setHref(location.href);
    if (!replaces) {
      scrollTo(0, 0);
      document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
    }
  }, []);
  const address = useMemo((): Address => {
    const { pathname, searchParams } = new URL(href);
    const all = pathname.split("/").filter(Boolean).map(decoded);
    const isEmbedded = all[0] === "embed";
    return { parts: isEmbedded ? all.slice(1) : all, query: searchParams, isEmbedded, go };
  }, [href, go]);
  return <AddressContext value={address}>{children}</AddressContext>;
}

export function useAddress(): Address {
  return use(AddressContext)!;
}

/** One value of the query as state: ["1d", set]; undefined takes it away. */
export function useQuery(name: string): [string | undefined, (value: string | undefined) => void] {
  const { query, go } = useAddress();
  return [
    query.get(name) ?? undefined,
    (value) => {
      const next = new URLSearchParams(query);
      if (value === undefined || value === "") next.delete(name);
      else next.set(name, value);
      go(`${location.pathname}${questionMark(next)}`, true);
    },
  ];
}

/** The address of a page of this app: pathTo("targets", "abs.twimg.com"). */
export function pathTo(...parts: readonly (string | number)[]): string {
  return `/${parts.map((part) => encodeURIComponent(part)).join("/")}`;
}

export function Link({
  to,
  children,
  current,
}: {
  readonly to: string;
  readonly children: ReactNode;
  readonly current?: boolean;
}) {
  const { go, query, isEmbedded } = useAddress();
  const [path = "/", asked = ""] = to.split("?");
  const all = new URLSearchParams(asked);
  for (const name of KEPT) {
    const value = query.get(name);
    if (value !== null && !all.has(name)) all.set(name, value);
  }
  const href = `${path}${questionMark(all)}`;
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(href);
  };
  // From inside somebody's page, links open the whole one.
  return isEmbedded ? (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  ) : (
    <a href={href} onClick={follow} {...(current && { "aria-current": "page" })}>
      {children}
    </a>
  );
}

export function questionMark(query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
