/**
 * `http://user:password@host:8123/database?cluster=NAME&nodes=host:8123,host:8123`: where a cluster is. `cluster`: its name in
 * the server's configuration (default "brakelight"). `nodes`: the HTTP addresses of all servers of the cluster, on which
 * tables are made and measurements deleted one by one; without it the server does that (ON CLUSTER, which needs ClickHouse
 * Keeper). The password goes into the header of a request and nowhere else.
 */
import { StoreProblem } from "../store.ts";

export interface ClusterAddress {
  /** For people: without user and password. */
  readonly shown: string;
  /** Of the server that is asked. */
  readonly url: string;
  /** Of all servers, where they are named. */
  readonly nodes?: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly cluster: string;
}

/** They become part of SQL. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const DEFAULT_NAME = "brakelight";
const NODE = /^[A-Za-z0-9.-]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/;

/** Throws a StoreProblem that does not repeat the text, for a password may stand in it. */
export function clusterAddressOf(text: string): ClusterAddress {
  if (!URL.canParse(text)) throw new StoreProblem("--store: not an address: http://host:8123/database");
  const { protocol, host, username, password, pathname, searchParams } = new URL(text);
  const user = decoded(username);
  const secret = decoded(password);
  if (user === undefined || secret === undefined)
    throw new StoreProblem(`${protocol}//${host}: user or password: a % that is meant is written %25`);
  const database = pathname.replace(/^\/|\/$/g, "") || DEFAULT_NAME;
  const cluster = searchParams.get("cluster") ?? DEFAULT_NAME;
  const nodes = searchParams.get("nodes")?.split(",");
  const shown = `${protocol}//${host}/${database}`;
  if (!NAME.test(database))
    throw new StoreProblem(`${protocol}//${host}: the database's name is letters, digits and _`);
  if (!NAME.test(cluster)) throw new StoreProblem(`${shown}: the cluster's name is letters, digits and _`);
  if (nodes?.some((node) => !NODE.test(node)))
    throw new StoreProblem(`${shown}: nodes are host:port,host:port`);
  return {
    ...{ shown, url: `${protocol}//${host}`, database, cluster },
    ...(nodes && { nodes: nodes.map((node) => `${protocol}//${node}`) }),
    ...{ user: user || "default", password: secret },
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
