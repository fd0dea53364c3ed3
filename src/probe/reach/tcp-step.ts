/** One TCP connection: an address in, a connected socket or the failure's name out. Bounded by `timeoutMs`. */
import type { Socket } from "node:net";
import type { ReachEffects } from "./effects.ts";
import { CLOSED, stepFailure, TIME_OUT } from "./step-failure.ts";

export type Connected =
  | { readonly socket: Socket; readonly failure?: never }
  | { readonly failure: string; readonly socket?: never };

/** Resolves always. The socket is the caller's to destroy; its later errors are swallowed here. */
export function connectTcp(
  address: string,
  port: number,
  timeoutMs: number,
  effects: ReachEffects,
): Promise<Connected> {
  return new Promise((resolve) => {
    let socket: Socket;
    try {
      socket = effects.openTcp(address, port);
    } catch (error) {
      resolve({ failure: stepFailure(error) });
      return;
    }
    const fail = (failure: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ failure });
    };
    const timer = setTimeout(fail, timeoutMs, TIME_OUT);
    socket.on("error", (error) => fail(stepFailure(error)));
    socket.once("close", () => fail(CLOSED));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.setNoDelay(true);
      resolve({ socket });
    });
  });
}
