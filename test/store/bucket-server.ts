/** A bucket as OONI's is laid out, on loopback: ListObjectsV2 with pages, files by key, and a busy hour now and then. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface BucketServer {
  readonly address: string;
  /** Paths and queries, in order. */
  readonly asked: string[];
  readonly agents: Set<string>;
  /** Most that were open at a time. */
  readonly most: () => number;
  /** The next so many requests are answered with 503 and "Retry-After: 0". */
  busyFor(requests: number): void;
  close(): Promise<void>;
}

/** `pageSize`: keys a page of a list. */
export async function startBucket(
  files: ReadonlyMap<string, Uint8Array>,
  pageSize = 2,
): Promise<BucketServer> {
  const asked: string[] = [];
  const agents = new Set<string>();
  let busy = 0;
  let openNow = 0;
  let most = 0;
  const server: Server = createServer((request, response) => {
    most = Math.max(most, ++openNow);
    response.on("close", () => openNow--);
    asked.push(request.url!);
    agents.add(request.headers["user-agent"] ?? "");
    if (busy > 0) {
      busy--;
      response.writeHead(503, { "retry-after": "0" }).end();
      return;
    }
    const url = new URL(request.url!, "http://bucket");
    const key = decodeURIComponent(url.pathname.slice(1));
    if (url.searchParams.get("list-type") === "2") {
      response.end(listing(files, url.searchParams, pageSize));
    } else if (files.has(key)) response.end(files.get(key));
    else response.writeHead(404).end("<Error/>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ address: `http://127.0.0.1:${port}`, asked, agents, most: () => most },
    busyFor: (requests) => {
      busy = requests;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listing(files: ReadonlyMap<string, Uint8Array>, query: URLSearchParams, pageSize: number): string {
  const keys = [...files.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "")).sort();
  const from = Number(query.get("continuation-token")?.replace("token+/", "") ?? 0);
  const entries = keys
    .slice(from, from + pageSize)
    .map(
      (key) =>
        `<Contents><Key>${key.replaceAll("&", "&amp;")}</Key><Size>${files.get(key)!.length}</Size></Contents>`,
    );
  const isCut = keys.length > from + pageSize;
  const next = isCut ? `<NextContinuationToken>token+/${from + pageSize}</NextContinuationToken>` : "";
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`;
}
