/**
 * Names in the public captures with a label a packet: every labelled name is found, in that very packet.
 * The HTTP set labels keywords: each stands in the request target, while Host is the same throughout.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CaptureReader } from "../../src/packet/capture.ts";
import { decodeFrame } from "../../src/packet/decode.ts";
import { NameFinder } from "../../src/packet/names.ts";
import { Packet } from "../../src/packet/packet.ts";
import { dataPath, describeWithData, withRandomName } from "../data.ts";

interface Reading {
  readonly packets: number;
  /** "protocol name" by index of the packet. */
  readonly names: ReadonlyMap<number, readonly string[]>;
}

function read(path: string): Reading {
  const finder = new NameFinder();
  const packet = new Packet();
  const names = new Map<number, string[]>();
  let packets = 0;
  const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
    decodeFrame(packet, bytes, start, end, timeUs, originalLength, linkType);
    packet.index = packets++;
    finder.inspect(packet, (protocol, name, { index }, target = "") => {
      names.set(index, [...(names.get(index) ?? []), `${protocol} ${name}${target}`]);
    });
  });
  reader.push(readFileSync(path));
  expect(reader.end()).toBeUndefined();
  return { packets, names };
}

/** Index and label of each row. */
function labels(file: string): [number, string][] {
  const rows = readFileSync(dataPath("censorlab", file), "utf8").trim().split("\n").slice(1);
  return rows.map((row) => {
    const [index, label] = row.split(",");
    return [Number(index), label!];
  });
}

function readCapture(file: string): Promise<Reading> {
  return withRandomName(dataPath("censorlab", file), read);
}

describeWithData("censorlab", "the captures labelled by packet", () => {
  for (const [set, protocol] of [
    ["02_dns_injection", "dns"],
    ["03_tls_sni", "tls"],
  ] as const) {
    it(`hold every labelled name in its packet: ${set}`, async () => {
      const { packets, names } = await readCapture(`${set}.pcap`);
      const expected = labels(`${set}.labels.csv`);
      expect(expected.length).toBe(packets);
      for (const [index, name] of expected) expect(names.get(index)).toEqual([`${protocol} ${name}`]);
    });
  }

  it("hold every labelled HTTP keyword in the target, and one host in every packet", async () => {
    const { packets, names } = await readCapture("01_http_keyword.pcap");
    const expected = labels("01_http_keyword.labels.csv");
    expect(expected.length).toBe(packets);
    for (const [index, keyword] of expected) {
      expect(names.get(index)).toEqual([`http example.com/${keyword}`]);
    }
  });
});
