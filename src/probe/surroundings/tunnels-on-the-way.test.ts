import { describe, expect, test } from "vitest";
import { lookAtSurroundings } from "./surroundings.ts";
import { tunnelsOnTheWay } from "./tunnels-on-the-way.ts";
import { findTunnels } from "./vpn.ts";

/** A split VPN: wg0 has the way to 192.0.2.7 alone, ppp0 that to 192.0.2.8. */
const WAYS: Readonly<Record<string, string>> = { "192.0.2.7": "10.2.0.2", "192.0.2.8": "10.3.0.2" };
const effects = {
  interfaces: () => [
    { name: "eth0", addresses: ["198.51.100.9"] },
    { name: "wg0", addresses: ["10.2.0.2"] },
    { name: "ppp0", addresses: ["10.3.0.2"] },
  ],
  sourceAddresses: async (destinations: readonly string[] = ["192.0.2.1"]) =>
    destinations.map((address) => WAYS[address] ?? "198.51.100.9"),
};
const target = { who: "the target", address: "192.0.2.7" };

describe("A tunnel that carries some addresses", () => {
  test("is found on the way to one of them, though the default route leads elsewhere", async () => {
    const machine = {
      ...{ ...effects, environment: () => ({}), routeTable: async () => undefined },
      ...{ commandNames: async () => [], nameServers: () => [] },
    };
    const { findings } = await lookAtSurroundings(machine);
    expect(findings.map(({ name, certain, isAside }) => [name, certain, isAside])).toEqual([
      ["wg0", false, true],
      ["ppp0", false, true],
    ]);
    expect(await tunnelsOnTheWay([target, { who: "a control site", address: "192.0.2.9" }], effects)).toEqual(
      [
        {
          ...{ kind: "vpn", certain: true, name: "wg0" },
          what: "The route to the target leads through wg0, which looks like a VPN",
        },
      ],
    );
  });

  test("is told once, and not for certain on PPP", async () => {
    const places = [
      target,
      { ...target, who: "the control server" },
      { who: "a control site", address: "192.0.2.8" },
    ];
    expect((await tunnelsOnTheWay(places, effects)).map(({ name, certain }) => [name, certain])).toEqual([
      ["wg0", true],
      ["ppp0", false],
    ]);
  });

  test("is not looked for behind a name", async () => {
    expect(await tunnelsOnTheWay([{ who: "the target", address: "x.test" }], effects)).toEqual([]);
  });
});

test("A tunnel is not known to lead elsewhere where no route is known", () => {
  const [found] = findTunnels([{ name: "wg0", addresses: ["10.2.0.2"] }], { defaultInterfaces: [] });
  expect(found).toMatchObject({ certain: false, name: "wg0" });
  expect(found).not.toHaveProperty("isAside");
});
