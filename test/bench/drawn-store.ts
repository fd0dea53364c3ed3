/**
 * Stores of millions of measurements, drawn in SQL: 50 networks of four countries, 20 targets at five hosts and two controls,
 * 30 days. Six of ten measurements have a control beside the target. In them a slowing of two names within one country, an
 * outage of a host, a name that is cut from day 22 on, and two tries in a hundred that fail by themselves. The same number
 * gives the same store.
 */
import { rmSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { addHeads } from "../../src/store/duckdb/heads.ts";
import { openDuckdbStore } from "../../src/store/duckdb.ts";
import { FLAT_COLUMNS } from "../../src/store/flat.ts";

const START = Date.UTC(2021, 2, 1);
const SPAN = 30 * 86_400_000;
const DAY = 86_400_000;

/** A number in [0, 1) of the measurement `i`. */
const drawn = (salt: string): string => `(hash('${salt}' || i) / 18446744073709551616.0)`;

const MEASURED = `
  SELECT i, 'drawn-' || lpad(i::VARCHAR, 9, '0') AS "measurementId",
    (${START} + (i * ${SPAN}.0 / total)::BIGINT) AS ms, floor(50 * pow(${drawn("network")}, 1.5))::INTEGER AS network,
    floor(20 * pow(${drawn("target")}, 1.5))::INTEGER AS site, floor(256 * ${drawn("prefix")})::INTEGER AS third,
    10 ** (6.3 + 1.4 * ${drawn("line")}) AS line, ${drawn("failure")} AS luck, ${drawn("control")} < 0.6 AS paired,
    ${drawn("noise")} AS noise, ${drawn("rtt")} AS rtt
  FROM (SELECT range AS i, $total::BIGINT AS total FROM range($total::BIGINT))`;

const DRAWN = `
  SELECT *, CASE WHEN network < 35 THEN 'RU' WHEN network < 40 THEN 'KZ' WHEN network < 45 THEN 'UA' ELSE 'DE' END AS country,
    (ms - ${START}) / ${DAY}.0 AS day, (site % 5) AS host,
    network < 35 AND site IN (3, 8) AND day >= 10 AND day < 15 AND noise < 0.9 AS slowed,
    site % 5 = 4 AND day >= 19.5 AND day < 19.625 AS dark,
    network < 12 AND site = 11 AND day >= 22 AND noise < 0.95 AS cut,
    slowed OR dark OR cut OR luck < 0.02 AS troubled, dark OR cut OR luck < 0.02 AS broken
  FROM (${MEASURED})`;

const WHO = `"measurementId", 'imported' AS origin, strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ') AS time,
  (64500 + network)::UINTEGER AS asn, 'network ' || network AS "networkName", country,
  CASE WHEN network % 3 = 0 THEN 'mobile' ELSE 'landline' END AS "accessKind",
  '10.' || network || '.' || third || '.0/24' AS prefix, 'https' AS protocol`;

const OBSERVED = `
  SELECT ${WHO}, 0 AS part, 'target' AS role, 'site-' || site || '.example' AS target,
    '192.0.2.' || (site + 1) AS address, (64900 + host)::UINTEGER AS "hostingAsn",
    CASE WHEN NOT broken THEN 383000.0 END AS bytes,
    CASE WHEN NOT broken THEN round(383000 * 8e6 / speed) END AS "durationUs",
    CASE WHEN NOT broken THEN round(speed) END AS "goodputBps", round(30000 + 90000 * rtt) AS "rttUs",
    CASE WHEN broken THEN CASE WHEN cut THEN 'tls_handshake' ELSE 'connect' END END AS operation,
    CASE WHEN broken THEN CASE WHEN cut THEN 'connection_reset' ELSE 'generic_timeout_error' END END AS failure
  FROM (SELECT *, CASE WHEN slowed THEN 130000 + 20000 * rtt ELSE line * (0.7 + 0.6 * noise) END AS speed FROM (${DRAWN}))
  UNION ALL
  SELECT ${WHO}, 1, 'control', 'control-' || (site % 2) || '.example', '192.0.2.' || (100 + site % 2), 64910, 383000.0,
    round(383000 * 8e6 / line), round(line), round(30000 + 90000 * rtt), NULL, NULL
  FROM (${DRAWN}) WHERE paired`;

/** In the table's order. */
const COLUMNS = FLAT_COLUMNS.map(({ name }) => {
  if (name === "timeMs") return `epoch_ms("time"::TIMESTAMP)`;
  return new RegExp(`\\b${name}\\b`).test(OBSERVED) ? `"${name}"` : "NULL";
}).join(", ");

/** `path` must not be there yet. What is drawn needs no checks, and goes in without them. */
export async function drawStore(path: string, measurements: number): Promise<void> {
  const store = await openDuckdbStore(path);
  await store.close();
  const instance = await DuckDBInstance.create(path, {
    memory_limit: "2GB",
    temp_directory: `${path}.draw`,
    preserve_insertion_order: "false",
  });
  const connection = await instance.connect();
  try {
    await connection.run(`INSERT INTO observations SELECT ${COLUMNS} FROM (${OBSERVED})`, {
      total: BigInt(measurements),
    });
    await connection.run("INSERT INTO meta VALUES ('origin', 'real')");
    await addHeads(connection, "observations");
    await connection.run("CHECKPOINT");
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(`${path}.draw`, { recursive: true, force: true });
  }
}
