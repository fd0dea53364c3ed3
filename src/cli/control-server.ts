/**
 * `brakelight control-server`: the other end of measurements, until SIGINT or SIGTERM. SIGUSR1 prints what it has done.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Command } from "commander";
import { parseBytes } from "../base/quantity.ts";
import { formatBytes } from "../base/units.ts";
import { type Bounds, DEFAULT_BOUNDS } from "../probe/control-server/bounds.ts";
import type { Credentials } from "../probe/control-server/certificate.ts";
import {
  type ControlServer,
  ListenProblem,
  startControlServer,
} from "../probe/control-server/control-server.ts";
import { CommandError, EXIT_NOT_MEASURED } from "./command-error.ts";

interface Options {
  readonly listen?: string;
  readonly port: string;
  readonly otherPort?: string;
  readonly httpPort: string;
  readonly udpPort?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly bytesPerClient: string;
  readonly connectionsPerClient: string;
  readonly json?: boolean;
}

const HIGHEST_PORT = 65_535;

export function addControlServer(program: Command): void {
  program
    .command("control-server")
    .description("run the other end of measurements on a small server")
    .option("--listen <address>", "an address of this machine; default: all of them")
    .option("--port <n>", "TLS", "443")
    .option("--other-port <n>", "TLS as well; default: none")
    .option("--http-port <n>", "plain HTTP, or none", "80")
    .option("--udp-port <n>", "UDP echo, or none; default: as --port")
    .option("--certificate <file>", "PEM, with its chain; default: self-signed, made at each start")
    .option("--key <file>", "PEM, of the certificate")
    .option("--bytes-per-client <size>", "in and out, an hour and address", "200 MB")
    .option(
      "--connections-per-client <n>",
      "open at once from an address",
      String(DEFAULT_BOUNDS.connections),
    )
    .option("--json", "one JSON record a line")
    .action(async (options: Options) => {
      await run(options);
    });
}

async function run(options: Options): Promise<void> {
  const port = portOf(options.port, "--port");
  const otherPort = portOrNone(options.otherPort ?? "none", "--other-port");
  const httpPort = portOrNone(options.httpPort, "--http-port");
  const udpPort = portOrNone(options.udpPort ?? options.port, "--udp-port");
  if (options.listen !== undefined && isIP(options.listen) === 0)
    throw new CommandError(`--listen is an IP address of this machine, not '${options.listen}'`);
  const credentials = readCredentials(options);
  const bounds = boundsOf(options);
  const ended = endSignal();
  const server = await startControlServer({
    port,
    bounds,
    ...(options.listen === undefined ? {} : { listen: options.listen }),
    ...(otherPort === undefined ? {} : { otherPort }),
    ...(httpPort === undefined ? {} : { httpPort }),
    ...(udpPort === undefined ? {} : { udpPort }),
    ...(credentials === undefined ? {} : { credentials }),
  }).catch((error: unknown) => {
    if (error instanceof ListenProblem) throw new CommandError(adviceFor(error, options), EXIT_NOT_MEASURED);
    if (credentials)
      throw new CommandError(`${options.certificate}: no certificate of the key ${options.key}`);
    throw error;
  });
  const tell = (): void => write(options.json ? statusRecord(server) : server.status());
  process.on("SIGUSR1", tell);
  write(
    options.json
      ? startRecord(server, options.listen)
      : startText(server, options, { ...DEFAULT_BOUNDS, ...bounds }),
  );
  await ended;
  process.off("SIGUSR1", tell);
  await server.close();
  tell();
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A second signal ends the process as it would without this. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function portOf(text: string, option: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= HIGHEST_PORT))
    throw new CommandError(`${option} is a port up to 65535 (0: one that is free), not '${text}'`);
  return port;
}

function portOrNone(text: string, option: string): number | undefined {
  return text === "none" ? undefined : portOf(text, option);
}

function boundsOf(options: Options): Pick<Bounds, "bytesPerHour" | "connections"> {
  const bytes = parseBytes(options.bytesPerClient);
  if (!bytes.ok) throw new CommandError(`--bytes-per-client: ${bytes.problem.reason}`);
  if (!/^[1-9]\d{0,2}$/.test(options.connectionsPerClient))
    throw new CommandError(
      `--connections-per-client is a number from 1 to 999, not '${options.connectionsPerClient}'`,
    );
  return { bytesPerHour: bytes.value, connections: Number(options.connectionsPerClient) };
}

function readCredentials({ certificate, key }: Options): Credentials | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new CommandError("--certificate and --key go together: give both files, or neither");
  return { certificate: readPem(certificate), key: readPem(key) };
}

function readPem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${path}: cannot be read (${code})`);
  }
}

const PORT_OPTIONS = { TLS: "--port", HTTP: "--http-port", UDP: "--udp-port" } as const;

function adviceFor({ service, port, code }: ListenProblem, { listen, otherPort }: Options): string {
  const isOther = service === "TLS" && String(port) === otherPort;
  const option = isOther ? "--other-port" : PORT_OPTIONS[service];
  const orNone = service === "TLS" && !isOther ? "" : `, or ${option} none`;
  const what = service === "UDP" ? `UDP port ${port}` : `port ${port} (${service})`;
  if (code === "EADDRINUSE")
    return `${what} is in use: end what uses it, or give another port with ${option}${orNone}`;
  if (code === "EACCES")
    return `${what} needs root or CAP_NET_BIND_SERVICE: run it so, or give a port above 1023 with ${option}${orNone}`;
  if (code === "EADDRNOTAVAIL")
    return `this machine has no address ${listen}: see 'ip address', or leave --listen out`;
  return `cannot listen on ${what}: ${code}`;
}

function startRecord(server: ControlServer, listen: string | undefined): string {
  const { port, otherPort, httpPort, udpPort, fingerprint } = server;
  return JSON.stringify({
    type: "control-server",
    address: listen ?? "::",
    port,
    otherPort,
    httpPort,
    udpPort,
    fingerprint,
  });
}

function statusRecord({ counters, clients, openConnections }: ControlServer): string {
  return JSON.stringify({ type: "control-server-status", clients, openConnections, ...counters });
}

function startText(server: ControlServer, options: Options, bounds: Bounds): string {
  const { port, otherPort, httpPort, udpPort, fingerprint } = server;
  const address = options.listen ?? outsideAddress();
  const authority = address?.includes(":") ? `[${address}]` : (address ?? "ADDRESS");
  const places = [
    otherPort === undefined ? `TLS port ${port}` : `TLS ports ${port} and ${otherPort}`,
    httpPort === undefined ? "no plain HTTP" : `HTTP port ${httpPort}`,
    udpPort === undefined ? "no UDP" : `UDP port ${udpPort}`,
  ];
  return [
    `Control server on ${options.listen ?? "all addresses"}: ${places.join(", ")}`,
    `Certificate ${options.certificate ?? "self-signed"}, SHA-256 ${fingerprint}`,
    `Each address may use ${formatBytes(bounds.bytesPerHour)} an hour, ${bounds.connections} connections at once, ` +
      `${bounds.requestMs / 1000} s a request`,
    `On the other side: brakelight probe NAME --control ${authority}:${port}`,
    `What it has done: kill -USR1 ${process.pid}; end it with Ctrl-C`,
  ].join("\n");
}

/** One that others may reach, as far as this machine knows; IPv4 first. */
function outsideAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address));
  return (outside.find(({ family }) => family === "IPv4") ?? outside[0])?.address;
}
