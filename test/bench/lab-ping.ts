/**
 * Round trips of ICMP echoes (RFC 792) out of a network namespace, one after the other, measured in this process.
 */
import { checked, libc } from "../../src/host/kernel/libc.ts";
import { withinNetwork } from "../../src/host/kernel/network-namespace.ts";
import { PollSet } from "../../src/host/kernel/poll-set.ts";
import { AF_INET, socketAddress } from "../../src/host/kernel/socket-address.ts";
import { packetClockUs } from "../../src/lab/clock/clocks.ts";
import { networkPath } from "../../src/lab/network/build-network.ts";

const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const IPPROTO_ICMP = 1;
const ECHO_REQUEST = 8;
const IP_HEADER_BYTES = 20;
const IDENTIFIER = 0xb1;
const TIMEOUT_US = 500_000;
const GAP_US = 2_000;

/** µs each; what is not answered in half a second is left out. */
export function pingTimes(host: string, address: string, count: number): number[] {
  return withinNetwork(networkPath(host), () => {
    const c = libc();
    const fd = checked("socket ICMP", c.socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP));
    const poll = new PollSet([fd]);
    const pause = new PollSet([]);
    const to = socketAddress(address, 0);
    const answer = Buffer.alloc(256);
    const times: number[] = [];
    for (let sequence = 1; sequence <= count; sequence++) {
      const request = echo(sequence);
      const sentUs = packetClockUs();
      checked("send ICMP", Number(c.sendto(fd, request, request.length, 0, to, to.length)));
      while (packetClockUs() - sentUs < TIMEOUT_US) {
        poll.wait(TIMEOUT_US);
        const length = Number(c.recv(fd, answer, answer.length, 0));
        const isAnswer = length >= IP_HEADER_BYTES + 8 && answer[IP_HEADER_BYTES] === 0;
        if (!isAnswer || answer.readUInt16BE(IP_HEADER_BYTES + 6) !== sequence) continue;
        times.push(packetClockUs() - sentUs);
        break;
      }
      pause.wait(GAP_US);
    }
    c.close(fd);
    return times;
  });
}

function echo(sequence: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes[0] = ECHO_REQUEST;
  bytes.writeUInt16BE(IDENTIFIER, 4);
  bytes.writeUInt16BE(sequence, 6);
  // The other words are zero.
  const sum = (ECHO_REQUEST << 8) + IDENTIFIER + sequence;
  bytes.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 2);
  return bytes;
}
