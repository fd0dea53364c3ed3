/** The browser's own record of one load (W3C Resource Timing): exact times, and sizes where the other side allows them. */
import type { Told } from "./load.ts";

/** For an entry to come after the load itself has ended. */
const LATE_MS = 2_000;

export interface Watched {
  /** The entry of that address, or undefined where the browser wrote none in time. `untilEnd`: however long it takes. */
  entry(untilEnd: Promise<unknown>): Promise<Told | undefined>;
  end(): void;
}

/** Begin before the load: the address must be of one load alone. */
export function watchLoad(address: string): Watched {
  let tell: (told: Told) => void = () => {};
  const told = new Promise<Told>((resolve) => {
    tell = resolve;
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName(address)) tell(toldBy(entry as PerformanceResourceTiming));
  });
  observer.observe({ type: "resource" });
  return {
    entry: async (untilEnd) => {
      const missing = untilEnd.then(() => new Promise<undefined>((resolve) => setTimeout(resolve, LATE_MS)));
      return Promise.race([told, missing]);
    },
    end: () => {
      observer.disconnect();
      performance.clearResourceTimings();
    },
  };
}

function toldBy(entry: PerformanceResourceTiming): Told {
  return {
    ms: entry.responseEnd - entry.startTime,
    transferBytes: entry.transferSize,
    encodedBytes: entry.encodedBodySize,
    isFromCache: (entry as { deliveryType?: string }).deliveryType === "cache",
    isRedirected: entry.redirectStart > 0,
  };
}
