/**
 * Doing something inside another network namespace of this machine. The thread changes over, does it, and comes back;
 * sockets stay where they were made, so one process serves many hosts.
 */
import { checked, libc } from "./libc.ts";

const O_RDONLY = 0;
const O_CLOEXEC = 0o2000000;
const CLONE_NEWNET = 0x40000000;
const OWN_NETWORK = "/proc/thread-self/ns/net";

/**
 * Runs `work` with the namespace at `path` (such as /run/netns/phone) as this thread's network.
 * `work` must be synchronous: what it puts off happens outside. Throws SystemCallError without the right to do so.
 */
export function withinNetwork<T>(path: string, work: () => T): T {
  const own = checked(`open ${OWN_NETWORK}`, libc().open(OWN_NETWORK, O_RDONLY | O_CLOEXEC));
  try {
    const other = checked(`open ${path}`, libc().open(path, O_RDONLY | O_CLOEXEC));
    try {
      checked(`setns ${path}`, libc().setns(other, CLONE_NEWNET));
    } finally {
      libc().close(other);
    }
    try {
      return work();
    } finally {
      checked("setns back", libc().setns(own, CLONE_NEWNET));
    }
  } finally {
    libc().close(own);
  }
}
