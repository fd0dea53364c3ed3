/**
 * Makes the kernel forget the connections of the network namespace that the thread is in (ctnetlink), and with them the
 * marks that a firewall put on them.
 */
import { libc } from "./libc.ts";
import {
  NLM_F_ACK,
  NLM_F_REQUEST,
  netfilterMessage,
  openNetfilterSocket,
  requestAcknowledged,
} from "./netlink.ts";

/** Subsystem 1 (ctnetlink), message 2 (delete); without attributes it means all (linux/netfilter/nfnetlink_conntrack.h). */
const MESSAGE_DELETE = 0x102;
const RECEIVE_BUFFER_BYTES = 65_536;

export function forgetConnections(): void {
  const fd = openNetfilterSocket(RECEIVE_BUFFER_BYTES);
  try {
    requestAcknowledged(
      fd,
      "forgetting connections",
      netfilterMessage(MESSAGE_DELETE, NLM_F_REQUEST | NLM_F_ACK, 0, 0, []),
    );
  } finally {
    libc().close(fd);
  }
}
