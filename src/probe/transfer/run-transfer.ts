/**
 * Carries one transfer out: connection, handshake, requests, until enough has moved, the time is over, or it fails. What
 * moved is kept whatever ends it. Resolves always, at the latest a little after the time-out.
 */
import { isIP, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { checkServerIdentity, connect as connectTls, rootCertificates, type TLSSocket } from "node:tls";
import type { TcpInfo } from "../../host/kernel/tcp-info.ts";
import { failureName } from "../../observation/failure-name.ts";
import type { Operation } from "../../observation/vocabulary.ts";
import { certificateProblem } from "../reach/certificate.ts";
import { connectThrough, NoWay } from "./connect-through.ts";
import { exchangeObjects } from "./exchange-objects.ts";
import { invertedStream } from "./inverted-stream.ts";
import { type Meter, meterOf } from "./meter.ts";
import { shapedStream } from "./shaped-stream.ts";
import {
  MOST_TIMES,
  type Sample,
  type TransferOutcome,
  type TransferRequest,
  UNWATCHED,
  type Watch,
} from "./transfer.ts";

const SAMPLE_EVERY_MS = 10;
const ASK_EVERY_MS = 200;
/** Without progress a sample is written this often all the same. */
const IDLE_SAMPLE_US = 100_000;
/** Three SYNs, sent after 0, 1, 3 and 7 s, were lost or unheard. */
const CONNECT_TIMEOUT_MS = 8000;
/** Longer than any delay of a handshake that was published (3 to 9 s). */
const SILENT_HANDSHAKE_MS = 10_500;
/** Asked for beyond what is wanted: packets after the last one wanted, so that its loss is noticed at once (RFC 6675). */
const SPARE_BYTES = 4 * 1448;
const TIME_OUT = "generic_timeout_error";
const CLOSED = "eof_error";

/** Names of protocols that nobody speaks: a hello of more than a packet that TLS itself vouches for. */
const PADDING = Array.from({ length: 7 }, (_, index) => `x-${index}-`.padEnd(250, "padding-"));

class Ended extends Error {
  readonly how: TransferOutcome["ended"];
  readonly operation: Operation;
  readonly failure: string | undefined;

  constructor(how: TransferOutcome["ended"], operation: Operation, failure?: string) {
    super(failure ?? how);
    this.how = how;
    this.operation = operation;
    this.failure = failure;
  }
}

export function runTransfer(request: TransferRequest, watch: Watch = UNWATCHED): Promise<TransferOutcome> {
  return new Transfer(request, watch).run();
}

class Transfer {
  readonly #request: TransferRequest;
  readonly #watch: Watch;
  #wantedBytes: number;
  readonly #startedAt = performance.now();
  /** A clock that is set meanwhile must not move transfers against each other. */
  readonly #startedMs = performance.timeOrigin + this.#startedAt;
  readonly #samples: Sample[] = [];
  readonly #socket = new Socket();
  #meter: Meter | undefined;
  #operation: Operation = "connect";
  #connectUs: number | undefined;
  #handshakeUs: number | undefined;
  #unacknowledgedUs: number | undefined;
  #requestUs: number | undefined;
  #statusCode: number | undefined;
  #answers = 0;
  #certificateProblem: string | undefined;
  #rttMaxUs = 0;
  #localPort: number | undefined;
  /** What a proxy on the way had said by then. */
  #receivedBefore = 0;

  constructor(request: TransferRequest, watch: Watch) {
    this.#request = request;
    this.#watch = watch;
    this.#wantedBytes = request.bytes;
  }

  #elapsedUs(): number {
    return Math.round((performance.now() - this.#startedAt) * 1000);
  }

  async run(): Promise<TransferOutcome> {
    const { timeoutMs } = this.#request;
    let end: Ended | undefined;
    const ending = new Promise<never>((_, reject) => {
      this.#watchOver(timeoutMs, reject);
    });
    ending.catch(() => {});
    try {
      await Promise.race([this.#work(), ending]);
    } catch (error) {
      if (error instanceof Ended) end = error;
      else {
        const failure = error instanceof NoWay ? error.failure : failureName(error);
        end = new Ended("failed", this.#operation, failure);
      }
    }
    clearInterval(this.#sampler);
    this.#sample(true);
    this.#socket.destroy();
    return this.#outcome(end);
  }

  #sampler: NodeJS.Timeout | undefined;

  #watchOver(timeoutMs: number, end: (reason: Ended) => void): void {
    let askedAt = this.#startedAt;
    const { lookEveryMs } = this.#request;
    this.#sampler = setInterval(() => {
      this.#sample(false);
      const now = performance.now();
      const moved = this.#samples.at(-1)?.bytes ?? 0;
      const spentMs = now - this.#startedAt;
      const isSilent = this.#operation === "tls_handshake" && moved === 0 && spentMs >= SILENT_HANDSHAKE_MS;
      if (
        spentMs >= timeoutMs ||
        isSilent ||
        (this.#operation === "connect" && spentMs >= CONNECT_TIMEOUT_MS)
      )
        end(new Ended("failed", this.#operation, TIME_OUT));
      else if (moved >= this.#wantedBytes && this.#requestUs !== undefined) {
        if (!this.#wantsMore()) end(new Ended("complete", this.#operation));
      } else if (now - askedAt >= (lookEveryMs ?? ASK_EVERY_MS)) {
        askedAt = now;
        if (this.#watch.isEnough(this.#outcome(undefined))) end(new Ended("enough", this.#operation));
      }
    }, lookEveryMs ?? SAMPLE_EVERY_MS);
  }

  #moved(): number {
    return this.#meter?.moved(this.#request.direction) ?? 0;
  }

  #left(): number {
    if (this.#moved() >= this.#wantedBytes && !this.#wantsMore()) return 0;
    return this.#wantedBytes - this.#moved() + SPARE_BYTES;
  }

  /** Half as much again, each time that the watcher wants it. */
  #wantsMore(): boolean {
    const { bytes } = this.#request;
    if (this.#wantedBytes >= MOST_TIMES * bytes || !this.#watch.goesOn(this.#outcome(undefined)))
      return false;
    this.#wantedBytes += bytes / 2;
    return true;
  }

  #sample(isLast: boolean): void {
    if (!this.#meter) return;
    const elapsedUs = this.#elapsedUs();
    const last = this.#samples.at(-1);
    const bytes = Math.max(last?.bytes ?? 0, this.#meter.moved(this.#request.direction));
    if (isLast || !last || bytes > last.bytes || elapsedUs - last.elapsedUs >= IDLE_SAMPLE_US) {
      this.#samples.push({ elapsedUs, bytes });
    }
    const info = this.#meter.info();
    this.#rttMaxUs = Math.max(this.#rttMaxUs, info?.rttUs ?? 0);
    if (this.#operation === "tls_handshake" && info) this.#noteAcknowledgement(info, elapsedUs);
  }

  /** A server's system acknowledges a hello as it comes, however long the server thinks: what stays unacknowledged did not get there. */
  #noteAcknowledgement({ unacknowledged, bytesReceived }: TcpInfo, elapsedUs: number): void {
    this.#unacknowledgedUs ??= 0;
    if (unacknowledged > 0 && bytesReceived === this.#receivedBefore)
      this.#unacknowledgedUs = elapsedUs - (this.#connectUs ?? 0);
  }

  async #work(): Promise<void> {
    await this.#connect();
    const stream = this.#request.plain ? this.#socket : await this.#shakeHands(this.#stream());
    if (this.#request.restMs !== undefined) await sleep(this.#request.restMs);
    this.#operation = this.#request.direction === "down" ? "http_round_trip" : "write";
    await exchangeObjects(this.#request, stream, {
      begins: () => {
        this.#requestUs = this.#elapsedUs();
      },
      answered: (statusCode) => {
        this.#statusCode ??= statusCode;
        this.#answers++;
        if (this.#request.direction === "down") this.#operation = "read";
      },
      left: () => this.#left(),
    });
    const isWhole = this.#moved() >= this.#request.bytes;
    throw new Ended(isWhole ? "complete" : "short", this.#operation);
  }

  async #connect(): Promise<void> {
    const { address, port, through } = this.#request;
    await new Promise<void>((resolve, reject) => {
      this.#socket.setNoDelay(true);
      this.#socket.once("connect", resolve);
      this.#socket.on("error", reject);
      this.#socket.connect(through ? { host: through.address, port: through.port } : { host: address, port });
    });
    if (through) await connectThrough(this.#socket, { address, port });
    this.#connectUs = this.#elapsedUs();
    this.#localPort = this.#socket.localPort;
    this.#meter = meterOf(this.#socket);
    this.#receivedBefore = this.#meter.info()?.bytesReceived ?? 0;
    this.#operation = "tls_handshake";
  }

  #stream(): Duplex {
    const { inverted, shape } = this.#request;
    if (inverted) return invertedStream(this.#socket);
    return shape ? shapedStream(this.#socket, shape) : this.#socket;
  }

  #shakeHands(stream: Duplex): Promise<TLSSocket> {
    const { serverName, certificateName, trust, shape } = this.#request;
    return new Promise((resolve, reject) => {
      const tls = connectTls({
        socket: stream as Socket,
        // An address is no server name (RFC 6066): none is sent.
        ...(serverName !== undefined && isIP(serverName) === 0 ? { servername: serverName } : {}),
        ...(trust.ca === undefined ? {} : { ca: [...rootCertificates, trust.ca] }),
        rejectUnauthorized: false,
        ALPNProtocols: shape?.kind === "padding" ? ["http/1.1", ...PADDING] : ["http/1.1"],
        // Names that nobody serves are sent, too: whose certificate it must be is not always the name that was sent.
        checkServerIdentity: (_, certificate) =>
          certificateName === undefined ? undefined : checkServerIdentity(certificateName, certificate),
      });
      tls.once("secureConnect", () => {
        const handshakeUs = this.#elapsedUs() - (this.#connectUs ?? 0);
        if (!tls.authorized) {
          this.#certificateProblem = String(tls.authorizationError);
          if (!trust.insecure) {
            const { failure } = certificateProblem(this.#certificateProblem);
            reject(new Ended("failed", "tls_handshake", failure));
            return;
          }
        }
        // A handshake that the certificate spoils was not done.
        this.#handshakeUs = handshakeUs;
        resolve(tls);
      });
      tls.on("error", reject);
      tls.once("close", () => reject(new Ended("failed", this.#operation, CLOSED)));
    });
  }

  #outcome(end: Ended | undefined): TransferOutcome {
    const info = this.#meter?.info();
    const last = this.#samples.at(-1);
    const optional = {
      localPort: this.#localPort,
      connectUs: this.#connectUs,
      handshakeUs: this.#handshakeUs,
      unacknowledgedUs: this.#unacknowledgedUs,
      requestUs: this.#requestUs,
      statusCode: this.#statusCode,
      answers: this.#answers || undefined,
      certificateProblem: this.#certificateProblem,
      rttUs: info?.minRttUs,
      rttMaxUs: this.#rttMaxUs || undefined,
      retransmits: info?.retransmits,
      outOfOrder: info?.outOfOrder,
    };
    return {
      startedMs: Math.round(this.#startedMs),
      samples: this.#samples,
      bytes: last?.bytes ?? 0,
      durationUs: this.#elapsedUs(),
      ...(Object.fromEntries(
        Object.entries(optional).filter(([, value]) => value !== undefined),
      ) as Partial<TransferOutcome>),
      ended: end?.how ?? "enough",
      ...(end?.how === "failed" && end.failure !== undefined
        ? { operation: end.operation, failure: end.failure }
        : {}),
    };
  }
}
