/**
 * The behaviours that a user's own programs meet: real TCP and TLS through a laboratory's network and boxes. Times are
 * told apart generously: 120 kB at 146 kbit/s behind a bucket of 16 kB take 5.7 s, and well below a second when free.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { ELEVEN_MARCH, TEN_MARCH, TWO_APRIL } from "../middlebox/rules.ts";
import { HELLO_KINDS } from "./behaviour-hellos.ts";
import type { SocketLine, SocketTrial } from "./behaviour-sockets-cell.ts";
import { runInCell, whyNoLab } from "./in-cell.ts";

const TIMEOUT_MS = 180_000;
const BYTES = 120_000;
const SLOW_MS = 4000;

/** Rules by date: *t.co*, *twitter.com, *.twimg.com; 11 March; 2 April (Xue et al., IMC 2021). */
const DATES = [TEN_MARCH, ELEVEN_MARCH, TWO_APRIL];
const THROTTLED: Readonly<Record<string, readonly [boolean, boolean, boolean]>> = {
  "t.co": [true, true, true],
  "twitter.com": [true, true, true],
  "abs.twimg.com": [true, true, true],
  "reddit.com": [true, false, false],
  "microsoft.com": [true, false, false],
  "throttletwitter.com": [true, true, false],
  // "Trailing dot on the SNI (report only)" works against it.
  "twitter.com.": [false, false, false],
  "example.org": [false, false, false],
};
const NAMES = Object.keys(THROTTLED);

const title = "real sockets through the boxes";
if (whyNoLab) {
  describe.skip(`${title} [skipped: ${whyNoLab}]`, () => it("meet what was measured", () => {}));
} else {
  describe(title, () => {
    let lines: SocketLine[] = [];
    const linesOf = <Kind extends SocketLine["kind"]>(kind: Kind) =>
      lines.filter((line): line is Extract<SocketLine, { kind: Kind }> => line.kind === kind);

    beforeAll(async () => {
      const trial: SocketTrial = { dates: DATES, names: NAMES, bytes: BYTES };
      lines = await runInCell<SocketLine>("behaviour-sockets-cell.ts", trial);
    }, TIMEOUT_MS);

    describe.each(DATES.map((ms) => [new Date(ms).toISOString(), ms] as const))("on %s", (_, ms) => {
      it.each(NAMES)("%s", (name) => {
        const { tookMs } = linesOf("name").find((line) => line.ms === ms && line.name === name)!;
        expect(tookMs > SLOW_MS ? "slow" : "free").toBe(
          THROTTLED[name]![DATES.indexOf(ms)] ? "slow" : "free",
        );
      });
    });

    it.each(HELLO_KINDS)("a %s hello for twitter.com", (hello) => {
      const { tookMs } = linesOf("hello").find((line) => line.hello === hello)!;
      // "Works against it: ClientHello split over TCP segments; padding past one packet"
      expect(tookMs > SLOW_MS ? "slow" : "free").toBe(hello === "plain" ? "slow" : "free");
    });

    it("mobile-upload-cap: every upload is shaped, delayed and not dropped", () => {
      const uploads = new Map(linesOf("upload").map((line) => [line.client, line]));
      for (const { failure } of uploads.values()) expect(failure).toBeUndefined();
      // 134 kbit/s of IP packets: 7.5 s.
      expect(uploads.get("tele2-phone")!.tookMs).toBeGreaterThan(SLOW_MS);
      expect(uploads.get("mts-phone")!.tookMs).toBeLessThan(SLOW_MS);
      for (const { packets } of linesOf("limited")) expect(packets).toBe(0);
    });
  });
}
