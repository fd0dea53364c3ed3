/**
 * Asks the control sites once over plain HTTP, as an operating system does, whether somebody answers in their place (a login
 * page) and what time they have. A failure says nothing. Takes no longer than TIMEOUT_MS.
 */
import { reachTarget } from "../reach/reach.ts";
import type { Finding } from "./finding.ts";
import { findingsOfControls } from "./surroundings.ts";

const TIMEOUT_MS = 5000;
const HTTP_PORT = 80;
const MOST_CONTROLS = 2;

export async function askControls(names: readonly string[]): Promise<Finding[]> {
  const reaches = await Promise.all(
    [...new Set(names)]
      .slice(0, MOST_CONTROLS)
      .map((name) =>
        reachTarget(
          { name, port: HTTP_PORT, path: "/", scheme: "http" },
          { insecure: true, timeoutMs: TIMEOUT_MS, quic: false },
        ),
      ),
  );
  return findingsOfControls(reaches);
}
