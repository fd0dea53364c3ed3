/** How late the link emulator lets packets go: told where a link delays, whether there is a box or not. */
import { describe, expect, it } from "vitest";
import type { NetworkStatus } from "../../src/lab/network/lab-network.ts";
import { runInCell, whyNoLab } from "./in-cell.ts";

async function statusWith(delayMs: number): Promise<NetworkStatus> {
  const [status] = await runInCell<NetworkStatus>("link-status-cell.ts", { delayMs });
  return status!;
}

describe.skipIf(whyNoLab !== undefined)(`links ${whyNoLab ?? ""}`, () => {
  it("tell how late packets left them, without any box", async () => {
    const { groups, links } = await statusWith(10);
    expect(groups).toEqual([]);
    // 100 kB are some 70 packets.
    expect(links!.packets).toBeGreaterThan(70);
    expect(links!.p99Us).toBeGreaterThanOrEqual(links!.medianUs);
    expect(links!.medianUs).toBeGreaterThan(0);
  });

  it("tell nothing where none delays", async () => {
    expect((await statusWith(0)).links).toBeUndefined();
  });
});
