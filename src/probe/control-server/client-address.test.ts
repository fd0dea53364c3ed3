import { expect, it } from "vitest";
import { clientOf, networkOf, plainAddress } from "./client-address.ts";

it.each([
  ["192.0.2.7", "192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"],
  ["2001:db8:0:5::1", "2001:db8:0:5::1", "2001:db8:0:5::/64"],
  ["2001:0db8:0000:0005:ffff::2", "2001:db8:0:5:ffff::2", "2001:db8:0:5::/64"],
  ["fe80::1%eth0", "fe80::1", "fe80:0:0:0::/64"],
  ["no address", "no address", "no address"],
])("%s is %s, of the client %s", (address, plain, client) => {
  expect(plainAddress(address)).toBe(plain);
  expect(clientOf(address)).toBe(client);
});

it.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:0:5::7", "2001:db8:0::/48"],
  ["2001:db8:0:ffff::7", "2001:db8:0::/48"],
  ["2001:db8:1:5::7", "2001:db8:1::/48"],
])("%s is of the network %s", (address, network) => {
  expect(networkOf(clientOf(address))).toBe(network);
});
