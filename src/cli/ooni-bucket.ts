/**
 * OONI's public bucket: raw/YYYYMMDD/HH/CC/TEST/YYYYMMDDHH_CC_TEST.n0.N.jsonl.gz, listed with S3's ListObjectsV2. Test names
 * stand there without underscores. Nothing of a listing is believed that does not look so.
 * Sources: docs.ooni.org, "Accessing OONI data"; Amazon S3 API reference, ListObjectsV2.
 */
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";
import { fetchText } from "./polite-fetch.ts";

export const OONI_BUCKET = "https://ooni-data-eu-fra.s3.eu-central-1.amazonaws.com";
const HOUR_MS = 3_600_000;
const MOST_PAGES = 1_000;

export interface BucketFile {
  readonly key: string;
  readonly bytes: number;
}

/** The folders of the hours from `sinceMs` until before `untilMs`. */
export function* hourFolders(
  sinceMs: number,
  untilMs: number,
  country: string,
  test: string,
): Generator<string> {
  for (let hour = Math.floor(sinceMs / HOUR_MS) * HOUR_MS; hour < untilMs; hour += HOUR_MS) {
    const [day, time] = new Date(hour).toISOString().split("T") as [string, string];
    yield `raw/${day.replaceAll("-", "")}/${time.slice(0, 2)}/${country}/${test.replaceAll("_", "")}/`;
  }
}

export async function listBucket(base: URL, folder: string): Promise<readonly BucketFile[]> {
  const files: BucketFile[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const url = new URL(base);
    url.searchParams.set("list-type", "2");
    url.searchParams.set("prefix", folder);
    if (token !== undefined) url.searchParams.set("continuation-token", token);
    const xml = await fetchText(url);
    if (!xml.includes("<ListBucketResult"))
      throw new CommandError(
        `${url.host}: answers no list of a bucket: name another --base-url`,
        EXIT_NOT_MEASURED,
      );
    files.push(...filesIn(xml, folder));
    token = /<IsTruncated>true<\/IsTruncated>/.test(xml) ? fieldOf(xml, "NextContinuationToken") : undefined;
    if (token === undefined) return files;
  }
  throw new CommandError(`${base.host}: its list of ${folder} does not end`, EXIT_NOT_MEASURED);
}

function filesIn(xml: string, folder: string): BucketFile[] {
  return (xml.match(/<Contents>.*?<\/Contents>/gs) ?? []).flatMap((entry) => {
    const key = fieldOf(entry, "Key");
    const bytes = Number(fieldOf(entry, "Size"));
    const isOurs = key?.startsWith(folder) && /^[\w.-]+\.jsonl\.gz$/.test(key.slice(folder.length));
    return key !== undefined && isOurs && Number.isSafeInteger(bytes) && bytes >= 0 ? [{ key, bytes }] : [];
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function fieldOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity]!);
}
