/** What a measurement gets from the kernel through koffi and CAP_NET_RAW (Linux), beyond what Node gives it. Pure. */
import type { Machine } from "./doctor-machine.ts";
import { type Ability, lacks, works } from "./doctor-record.ts";

export function kernelAbilities(machine: Machine): Ability[] {
  return [tcpInfo(machine), capture(machine), shortLivedBytes(machine), rawIcmp(machine)];
}

function tcpInfo(machine: Machine): Ability {
  return machine.tcpInfo === undefined
    ? works("tcp-info", "speeds, round trips and losses as the kernel counts them")
    : lacks(
        "tcp-info",
        `speeds as Node counts them, no round trips: ${machine.tcpInfo}`,
        kernelCalls(machine),
      );
}

function capture(machine: Machine): Ability {
  return machine.capture === undefined
    ? works("live-capture", "the own flows are captured: how they were slowed is told apart best")
    : lacks("live-capture", `the own flows are not captured: ${machine.capture}`, packetRights(machine));
}

function shortLivedBytes(machine: Machine): Ability {
  const { shortLivedBytes: trial } = machine;
  return trial === undefined
    ? works("ttl", "at which hop a box is can be found (memfd and TTL)")
    : lacks("ttl", `at which hop a box is cannot be found: ${trial}`, kernelCalls(machine));
}

function rawIcmp(machine: Machine): Ability {
  return machine.rawIcmp === undefined
    ? works("icmp", "routers on the way can be named")
    : lacks("icmp", `routers on the way have numbers only: ${machine.rawIcmp}`, packetRights(machine));
}

function kernelCalls({ isSingleFile, platform }: Machine): string {
  if (platform !== "linux") return "measure on Linux";
  return isSingleFile ? "measure with an installed Brakelight (README.md)" : "npm install koffi";
}

/** CAP_NET_RAW, for every program that this node runs. */
function packetRights(machine: Machine): string {
  const { isRoot, nodePath } = machine;
  if (machine.tcpInfo !== undefined) return kernelCalls(machine);
  return isRoot
    ? "docker run --cap-add NET_RAW"
    : `sudo setcap cap_net_raw=+ep '${nodePath}', or run it as root`;
}
