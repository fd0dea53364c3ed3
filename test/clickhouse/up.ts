/** `npm run clickhouse:up`: three real ClickHouse servers on loopback until Ctrl-C; nothing is left of them. */
import { startServers, whyNoServers } from "./servers.ts";

const why = whyNoServers();
if (why !== undefined) {
  process.stderr.write(`clickhouse:up: ${why}\n`);
  process.exit(2);
}
const servers = await startServers();
process.stdout.write(
  `${servers.count} ClickHouse servers on loopback, one cluster; Ctrl-C ends them and removes their data.\n` +
    `--store '${servers.url("brakelight")}'\n`,
);
const held = setInterval(() => {}, 60_000);
let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    clearInterval(held);
    void servers.stop().then(() => process.exit(0));
  });
}
