/**
 * The film of a page load: what its window showed at given moments after the navigation began, as JPEG. Bounded: ten frames a second
 * are kept.
 */
import type { CDPSession, Page } from "playwright-core";

/** Moments, ms: close together where people begin to notice, far apart where they have gone. */
export const FILM_MS = [500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 30_000] as const;
const WIDTH_PX = 320;
const HEIGHT_PX = 480;
const QUALITY = 50;

export interface Frame {
  readonly ms: number;
  /** JPEG, base64. */
  readonly picture: string;
}

export class Film {
  readonly #session: CDPSession;
  readonly #frames: { readonly atMs: number; readonly picture: string }[] = [];

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<Film> {
    const session = await page.context().newCDPSession(page);
    const film = new Film(session);
    session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
      film.#add(1000 * (metadata.timestamp ?? 0), data);
      session.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
    });
    await session.send("Page.startScreencast", {
      ...{ format: "jpeg", quality: QUALITY, maxWidth: WIDTH_PX, maxHeight: HEIGHT_PX, everyNthFrame: 1 },
    });
    return film;
  }

  #add(atMs: number, picture: string): void {
    const slot = slotOf(atMs - this.#firstMs);
    const last = this.#frames.at(-1);
    if (last && slotOf(last.atMs - this.#firstMs) === slot) this.#frames.pop();
    this.#frames.push({ atMs, picture });
  }

  get #firstMs(): number {
    return this.#frames[0]?.atMs ?? 0;
  }

  /** `originMs`: when the navigation began, ms since 1970. Frames of moments up to `watchedMs`. */
  async stop(originMs: number, watchedMs: number): Promise<Frame[]> {
    await this.#session.send("Page.stopScreencast").catch(() => {});
    await this.#session.detach().catch(() => {});
    return FILM_MS.filter((ms) => ms <= watchedMs).flatMap((ms) => {
      const shown = this.#frames.findLast(({ atMs }) => atMs - originMs <= ms);
      return shown ? [{ ms, picture: shown.picture }] : [];
    });
  }
}

/** Frames closer together than this are one. */
const SLOT_MS = 100;

function slotOf(ms: number): number {
  return Math.floor(ms / SLOT_MS);
}
