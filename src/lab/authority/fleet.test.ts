import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessNetwork, EVERYWHERE, NETWORKS, scenarioWith } from "../../../test/authority/stories.ts";
import { Fleet } from "./fleet.ts";

const FLEET = new Fleet(scenarioWith({}), 5);

function namesOf(fleet: Fleet, indexes: readonly number[]): string[] {
  return indexes.map((index) => `${fleet.devices[index]!.network}/${fleet.devices[index]!.number}`).sort();
}

describe("the fleet", () => {
  it("covers exactly the share of each access kind, rounded", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        share,
        share,
        fc.integer({ min: 0, max: 40 }),
        fc.integer(),
        (mobile, landline, devices, seed) => {
          const networks = [accessNetwork("m", "mobile", 7), accessNetwork("l", "landline", devices)];
          const fleet = new Fleet({ ...scenarioWith({}), networks }, seed);
          const covered = fleet.covered({ share: { mobile, landline } });
          const count = (kind: string): number =>
            covered.filter((index) => fleet.devices[index]!.kind === kind).length;
          expect(count("mobile")).toBe(Math.round(7 * mobile));
          expect(count("landline")).toBe(Math.round(devices * landline));
          expect(new Set(covered).size).toBe(covered.length);
        },
      ),
    );
  });

  it("covers half of nine landline devices with five, and all mobile ones", () => {
    const covered = FLEET.covered({ share: { mobile: 1, landline: 0.5 } });
    expect(covered.filter((index) => FLEET.devices[index]!.kind === "landline")).toHaveLength(5);
    expect(covered.filter((index) => FLEET.devices[index]!.kind === "mobile")).toHaveLength(7);
  });

  it("covers the same devices for the same share, and more of them for a larger one", () => {
    const half = namesOf(FLEET, FLEET.covered({ share: { landline: 0.5 } }));
    expect(namesOf(FLEET, FLEET.covered({ share: { landline: 0.5 } }))).toEqual(half);
    const most = namesOf(FLEET, FLEET.covered({ share: { landline: 0.8 } }));
    expect(most).toEqual(expect.arrayContaining(half));
    expect(most).toHaveLength(7);
  });

  it("covers only the networks that an order names", () => {
    const covered = FLEET.covered({ share: EVERYWHERE, networks: ["obit"] });
    expect(namesOf(FLEET, covered)).toEqual(["obit/0", "obit/1", "obit/2", "obit/3", "obit/4"]);
  });

  it("frees last those that it covers first", () => {
    const covered = FLEET.covered({ share: { landline: 1 } });
    const freed = FLEET.front(covered, { share: { landline: 0.5 } }, true);
    const kept = covered.filter((index) => !freed.includes(index));
    expect(freed).toHaveLength(5);
    expect(FLEET.covered({ share: { landline: 4 / 9 } })).toEqual(kept);
  });

  it("covers the border of a hosting network only when it is named", () => {
    const { box, up: link } = NETWORKS[0]!;
    const hosting = [{ name: "rtcomm", asn: 1, country: "RU", link, box: box!, clients: [], addresses: 1 }];
    const fleet = new Fleet({ ...scenarioWith({}), hosting }, 5);
    expect(fleet.covered({ share: EVERYWHERE })).toHaveLength(16);
    expect(namesOf(fleet, fleet.covered({ share: {}, networks: ["rtcomm"] }))).toHaveLength(box!.devices);
  });
});
