/**
 * One TLS handshake over a connected socket, with node:tls. A certificate that does not verify is data: the handshake
 * is done, `certificateProblem` says what is wrong, and only the caller decides whether that ends the attempt.
 * Bounded by `timeoutMs`.
 */
import { isIP, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { certificateProblem, describeCertificate } from "./certificate.ts";
import type { TlsStep } from "./reach-record.ts";
import { boundedText } from "./reach-record.ts";
import { CLOSED, stepFailure, TIME_OUT } from "./step-failure.ts";

export type Learned = Omit<TlsStep, "operation" | "startedUs" | "durationUs" | "address" | "port">;

export interface ShakenHands {
  /** Absent where the handshake failed. */
  readonly stream?: TLSSocket;
  readonly learned: Learned;
}

/** Resolves always. */
export function shakeHands(
  socket: Socket,
  name: string,
  ca: string | undefined,
  timeoutMs: number,
): Promise<ShakenHands> {
  // RFC 6066, section 3: no address as server name, and no dot at its end.
  const serverName = isIP(name) ? undefined : name.replace(/\.$/, "");
  const sent = serverName === undefined ? {} : { serverName };
  return new Promise((resolve) => {
    let stream: TLSSocket;
    const fail = (failure: string): void => {
      clearTimeout(timer);
      stream?.destroy();
      socket.destroy();
      resolve({ learned: { ...sent, failure } });
    };
    const timer = setTimeout(fail, timeoutMs, TIME_OUT);
    try {
      stream = connect({
        socket,
        host: name,
        ...(serverName === undefined ? {} : { servername: serverName }),
        ...(ca === undefined ? {} : { ca }),
        rejectUnauthorized: false,
        ALPNProtocols: ["http/1.1"],
        minVersion: "TLSv1.2",
      });
    } catch (error) {
      fail(stepFailure(error));
      return;
    }
    stream.on("error", (error) => fail(stepFailure(error)));
    stream.once("close", () => fail(CLOSED));
    stream.once("secureConnect", () => {
      clearTimeout(timer);
      resolve({ stream, learned: { ...sent, ...whatWasAgreed(stream) } });
    });
  });
}

function whatWasAgreed(stream: TLSSocket): Learned {
  const version = stream.getProtocol();
  const certificate = stream.getPeerX509Certificate();
  // Typed as an Error; it is the error's code where there is one.
  const reason = stream.authorizationError as unknown;
  const code = reason instanceof Error ? reason.message : reason ? String(reason) : undefined;
  return {
    ...(version === null ? {} : { version }),
    cipher: stream.getCipher().name,
    alpn: stream.alpnProtocol ? boundedText(stream.alpnProtocol) : false,
    ...(certificate ? { certificate: describeCertificate(certificate), isVerified: stream.authorized } : {}),
    ...(code === undefined ? {} : { certificateProblem: certificateProblem(code) }),
  };
}
