// Usage: node names-only.mjs FILE. Names of all four protocols and nothing else, with the compiled modules: what a
// program that uses src/packet/ gets without following transfers. Prints how many names of each kind there are.
import { closeSync, openSync, readSync } from "node:fs";
import { CaptureReader } from "../../dist/packet/capture.js";
import { decodeFrame } from "../../dist/packet/decode.js";
import { NameFinder } from "../../dist/packet/names.js";
import { Packet } from "../../dist/packet/packet.js";

const finder = new NameFinder();
const packet = new Packet();
const names = { tls: 0, quic: 0, http: 0, dns: 0 };
const count = (protocol) => {
  names[protocol]++;
};
const reader = new CaptureReader((bytes, start, end, timeUs, originalLength, linkType) => {
  packet.index++;
  if (decodeFrame(packet, bytes, start, end, timeUs, originalLength, linkType)) finder.inspect(packet, count);
});
const file = openSync(process.argv[2], "r");
const buffer = new Uint8Array(1 << 20);
for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
  reader.push(buffer.subarray(0, read));
closeSync(file);
const problem = reader.end();
if (problem) throw new Error(problem.reason);
console.log(JSON.stringify(names));
