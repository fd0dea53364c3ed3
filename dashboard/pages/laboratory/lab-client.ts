/**
 * Asks this server's laboratory, with the operator's token. The token is kept as long as the tab is open. Answers are
 * numbered lines and states of one moment; both are asked for again and again while the page is looked at.
 */
import type { RunningLaboratory } from "../../../src/server/laboratory/laboratory-door.ts";

export type RunningLab = RunningLaboratory;

export interface Scenario {
  readonly name: string;
  readonly title: string;
}

export interface Device {
  readonly network: string;
  readonly device: number;
  readonly kind: string;
  readonly installedVersion: number;
  readonly currentVersion: number;
  readonly orders: readonly string[];
  readonly missed?: number;
  readonly refused?: { readonly kind?: string };
}

export interface Trouble {
  readonly client: string;
  readonly site: string;
  readonly state?: string;
  readonly slowness?: string;
  readonly rateBps?: number;
  readonly rule?: string;
  readonly fault?: string;
}

export interface LabState {
  readonly time: string;
  readonly endsAt: string;
  readonly isOver: boolean;
  readonly nextEventAt?: string;
  readonly sites: readonly string[];
  readonly clients: readonly {
    readonly client: string;
    readonly network: string;
    readonly kind: string;
    readonly box?: string;
  }[];
  readonly devices: readonly Device[];
  readonly troubles: readonly Trouble[];
}

export type Line = Readonly<Record<string, unknown>>;

const KEY = "brakelight-lab-token";

export function keptToken(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

export function keepToken(token: string): void {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Without storage it lasts as long as the page.
  }
}

export class LabRefusal extends Error {
  readonly status: number;
  constructor(status: number, because: string) {
    super(because);
    this.status = status;
  }
}

export async function askLab<T>(token: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`/api/v1/lab${path}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
  const answer = (await response.json().catch(() => ({}))) as { error?: unknown };
  if (response.ok) return answer as T;
  throw new LabRefusal(
    response.status,
    typeof answer.error === "string" ? answer.error : `HTTP ${response.status}`,
  );
}
