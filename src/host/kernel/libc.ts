/**
 * The C library's calls that Node lacks, through koffi; loaded when first needed, so that everything else works on
 * machines without Linux. Every call returns what C returns; `checked` turns -1 into a SystemCallError.
 */
import koffi from "koffi";

type Call = (...values: (number | bigint | Uint8Array | string | null)[]) => number;

export interface Libc {
  readonly socket: Call;
  readonly bind: Call;
  readonly connect: Call;
  readonly setsockopt: Call;
  readonly getsockopt: Call;
  readonly send: Call;
  readonly sendto: Call;
  readonly recv: Call;
  readonly recvmmsg: Call;
  readonly ppoll: Call;
  readonly open: Call;
  readonly close: Call;
  readonly setns: Call;
  readonly ioctl: Call;
  readonly if_nametoindex: Call;
  readonly memfd_create: Call;
  readonly sendfile: Call;
}

const SIGNATURES: Record<keyof Libc, string> = {
  socket: "int socket(int domain, int type, int protocol)",
  bind: "int bind(int fd, void *address, uint32_t length)",
  connect: "int connect(int fd, void *address, uint32_t length)",
  setsockopt: "int setsockopt(int fd, int level, int option, void *value, uint32_t length)",
  getsockopt: "int getsockopt(int fd, int level, int option, void *value, void *length)",
  send: "int64_t send(int fd, void *bytes, uint64_t length, int flags)",
  sendto: "int64_t sendto(int fd, void *bytes, uint64_t length, int flags, void *address, uint32_t size)",
  recv: "int64_t recv(int fd, void *bytes, uint64_t length, int flags)",
  recvmmsg: "int recvmmsg(int fd, void *messages, uint32_t count, int flags, void *timeout)",
  ppoll: "int ppoll(void *fds, uint64_t count, void *timeout, void *mask)",
  open: "int open(const char *path, int flags)",
  close: "int close(int fd)",
  setns: "int setns(int fd, int kind)",
  ioctl: "int ioctl(int fd, uint64_t request, void *argument)",
  if_nametoindex: "uint32_t if_nametoindex(const char *name)",
  memfd_create: "int memfd_create(const char *name, uint32_t flags)",
  sendfile: "int64_t sendfile(int to, int from, void *offset, uint64_t count)",
};

let loaded: Libc | undefined;

/** Throws on other systems than Linux with the GNU C library or musl. */
export function libc(): Libc {
  if (loaded) return loaded;
  const library = openLibrary();
  const calls = Object.entries(SIGNATURES).map(([name, signature]) => [name, library.func(signature)]);
  loaded = Object.fromEntries(calls) as unknown as Libc;
  return loaded;
}

function openLibrary(): ReturnType<typeof koffi.load> {
  try {
    return koffi.load("libc.so.6");
  } catch {
    return koffi.load("libc.so");
  }
}

/** The number of the last call's error. */
export function lastError(): number {
  return koffi.errno();
}

export const ERRNO = koffi.os.errno as Readonly<
  Record<"EAGAIN" | "EINPROGRESS" | "EINTR" | "ENOBUFS", number>
>;

export class SystemCallError extends Error {
  readonly errno: number;

  constructor(call: string, errno: number) {
    const name = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0];
    super(`${call}: ${name ?? `error ${errno}`}`);
    this.errno = errno;
  }
}

/** The result of a call, or a SystemCallError when it is -1. */
export function checked(call: string, result: number): number {
  if (Number(result) < 0) throw new SystemCallError(call, lastError());
  return Number(result);
}

/** Address of a buffer's first byte, for structures that point to it; the caller keeps the buffer alive. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}

/** A C int as setsockopt wants it. */
export function intBytes(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
