/** The title of a page, as block pages and portals give themselves away: the first one in its first bytes. */
import { boundedText } from "./reach-record.ts";

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " };
/** A title that is not closed by then is none. */
const MAX_TITLE_BYTES = 4_000;

/** UTF-8 where it is that, else one byte a character. */
function pageText(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body, { stream: true });
  } catch {
    return Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
  }
}

/** Undefined without a title that says something. Never throws. */
export function pageTitle(body: Uint8Array): string | undefined {
  const text = pageText(body);
  const open = /<title(?:\s[^>]{0,200})?>/i.exec(text);
  if (!open) return undefined;
  const inside = text.slice(open.index + open[0].length, open.index + open[0].length + MAX_TITLE_BYTES);
  const end = inside.search(/<\/title/i);
  if (end < 0) return undefined;
  const plain = inside
    .slice(0, end)
    .replace(/&(\w{2,4});/g, (whole, name: string) => ENTITIES[name] ?? whole);
  return boundedText(plain) || undefined;
}
