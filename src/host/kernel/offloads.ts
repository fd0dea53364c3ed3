/**
 * Turns off what a network device does to packets on its own (segmentation, merging, checksums put off), so that
 * packets cross virtual links as they would cross a wire (linux/ethtool.h).
 */
import { addressOf, checked, libc } from "./libc.ts";
import { AF_INET } from "./socket-address.ts";

const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SIOCETHTOOL = 0x8946;
const NAME_BYTES = 16;
const REQUEST_BYTES = 40;
/** ETHTOOL_SRXCSUM, STXCSUM, STSO, SGSO, SGRO. */
const SWITCHES = [0x15, 0x17, 0x1f, 0x24, 0x2c];

/** Of devices of the network namespace that the thread is in. What a device lacks is skipped. */
export function turnOffOffloads(devices: readonly string[]): void {
  const c = libc();
  const fd = checked("socket", c.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    const request = new Uint8Array(REQUEST_BYTES);
    const value = new Uint8Array(8);
    for (const device of devices) {
      request.fill(0);
      request.set(new TextEncoder().encode(device).subarray(0, NAME_BYTES - 1));
      new DataView(request.buffer).setBigUint64(NAME_BYTES, addressOf(value), true);
      for (const command of SWITCHES) {
        new DataView(value.buffer).setUint32(0, command, true);
        new DataView(value.buffer).setUint32(4, 0, true);
        c.ioctl(fd, SIOCETHTOOL, request);
      }
    }
  } finally {
    c.close(fd);
  }
}
