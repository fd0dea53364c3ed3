/**
 * The laboratory as the page sees it, kept up to date while the page is open: what runs, its state, its lines (bounded),
 * and acts with what became of them.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import {
  askLab,
  keepToken,
  keptToken,
  type LabRefusal,
  type LabState,
  type Line,
  type RunningLab,
  type Scenario,
} from "./lab-client.ts";
import { type Visit, visitOf } from "./visits.ts";

const EVERY_MS = 1_000;
const MOST_LINES = 3_000;

export interface Lab {
  readonly token: string;
  readonly setToken: (token: string) => void;
  /** "off": this server has none; "locked": the token is missing or wrong. */
  readonly access: "asking" | "off" | "locked" | "open";
  readonly scenarios: readonly Scenario[];
  readonly running: RunningLab | undefined;
  readonly state: LabState | undefined;
  readonly lines: readonly Line[];
  readonly visits: readonly Visit[];
  readonly trouble: string | undefined;
  readonly act: <T = unknown>(path: string, body: object) => Promise<T | undefined>;
}

interface Overview {
  readonly scenarios: readonly Scenario[];
  readonly running: RunningLab | null;
}

export function useLab(): Lab {
  const [token, setTokenState] = useState(keptToken);
  const [access, setAccess] = useState<Lab["access"]>("asking");
  const [overview, setOverview] = useState<Overview>({ scenarios: [], running: null });
  const [state, setState] = useState<LabState>();
  const [heard, setHeard] = useState<{ lines: readonly Line[]; visits: readonly Visit[] }>({
    lines: [],
    visits: [],
  });
  const [trouble, setTrouble] = useState<string>();
  const next = useRef({ id: "", after: 0 });

  const look = useCallback(async (): Promise<void> => {
    try {
      const found = await askLab<Overview>(token, "");
      setAccess("open");
      setOverview(found);
      const { running } = found;
      if (running?.id !== next.current.id) {
        next.current = { id: running?.id ?? "", after: 0 };
        setHeard({ lines: [], visits: [] });
        setState(undefined);
      }
      if (!running) return;
      const [now, told] = await Promise.all([
        askLab<LabState>(token, "/status"),
        askLab<{ lines: readonly Line[]; next: number }>(token, `/lines?after=${next.current.after}`),
      ]);
      if (next.current.id !== running.id) return;
      next.current.after = told.next;
      setState(now);
      const heardMs = Date.now();
      const visits = told.lines.flatMap((line) => visitOf(line, heardMs) ?? []);
      const lines = told.lines.filter(({ type }) => type !== "visit");
      if (told.lines.length > 0)
        setHeard((before) => ({
          lines: [...before.lines, ...lines].slice(-MOST_LINES),
          visits: [...before.visits, ...visits].slice(-MOST_LINES),
        }));
    } catch (error) {
      const { status, message } = error as LabRefusal;
      if (status === 404) setAccess("off");
      else if (status === 401) setAccess("locked");
      else if (status !== 409) setTrouble(message);
    }
  }, [token]);

  useEffect(() => {
    let isOpen = true;
    let timer: ReturnType<typeof setTimeout>;
    const again = async (): Promise<void> => {
      await look();
      if (isOpen) timer = setTimeout(() => void again(), EVERY_MS);
    };
    void again();
    return () => {
      isOpen = false;
      clearTimeout(timer);
    };
  }, [look]);

  const act = useCallback(
    async <T>(path: string, body: object): Promise<T | undefined> => {
      try {
        setTrouble(undefined);
        return await askLab<T>(token, path, body);
      } catch (error) {
        setTrouble((error as Error).message);
        return undefined;
      }
    },
    [token],
  );
  const setToken = (text: string): void => {
    keepToken(text);
    setTokenState(text);
  };
  return {
    token,
    setToken,
    access,
    ...overview,
    running: overview.running ?? undefined,
    state,
    ...heard,
    trouble,
    act,
  };
}
