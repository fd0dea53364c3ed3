/**
 * Which of a name's addresses answers on TCP: nothing but a connection is made, so that no box sees a name. All at once.
 */
import { connect } from "node:net";

const MOST_ADDRESSES = 4;

/** Those that answer before those that do not, each in the order given; at most four of them are tried. */
export async function reachableFirst(
  addresses: readonly string[],
  port: number,
  timeoutMs: number,
): Promise<string[]> {
  if (addresses.length < 2) return [...addresses];
  const tried = addresses.slice(0, MOST_ADDRESSES);
  const answers = await Promise.all(tried.map((address) => answersOn(address, port, timeoutMs)));
  return [...tried.filter((_, index) => answers[index]), ...tried.filter((_, index) => !answers[index])];
}

/** Whether it accepts a connection within that time. */
export function answersOn(address: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const finish = (answers: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answers);
    };
    const timer = setTimeout(finish, timeoutMs, false);
    socket.on("connect", () => finish(true));
    socket.on("error", () => finish(false));
  });
}
