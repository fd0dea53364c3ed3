import { stripVTControlCharacters } from "node:util";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addDoctor, doctor } from "./doctor.ts";
import { abilitiesOf } from "./doctor-abilities.ts";
import { installCommand, TOOLS } from "./doctor-advice.ts";
import { type Machine, readMachine } from "./doctor-machine.ts";
import { type Ability, abilitySchema } from "./doctor-record.ts";

/** An installed Brakelight of a user on a Debian machine that lacks nothing. */
const WHOLE: Machine = {
  isSingleFile: false,
  nodeVersion: "20.19.0",
  nodePath: "/usr/bin/node",
  platform: "linux",
  isRoot: false,
  packageManager: "apt-get",
  tcpInfo: undefined,
  capture: undefined,
  shortLivedBytes: undefined,
  rawIcmp: undefined,
  cell: undefined,
  namespaceSwitches: {},
  tools: Object.fromEntries(TOOLS.map((tool) => [tool, `/usr/sbin/${tool}`])) as Machine["tools"],
  hasQueueModule: false,
  chromium: "/usr/bin/chromium",
  sourceAddresses: ["192.0.2.7", "2001:db8::7"],
  nowMs: Date.UTC(2026, 10, 25, 20),
  clock: { isSynchronized: true, lastSetMs: Date.UTC(2026, 10, 25, 19) },
  folder: { path: "/home/a/.local/share/brakelight", exists: true, isWritable: true, isPrivate: true },
  surroundings: { findings: [], nameServers: { addresses: ["192.0.2.53"], isLocal: false }, unseen: [] },
};

function lacking(change: Partial<Machine>): Ability[] {
  return abilitiesOf({ ...WHOLE, ...change }).filter(({ works }) => !works);
}

async function printed(isJson: boolean, machine: Machine): Promise<string> {
  const lines: string[] = [];
  await doctor(isJson, async () => machine, { line: (text) => lines.push(text), flush: () => {} });
  return stripVTControlCharacters(lines.join("\n"));
}

describe("doctor", () => {
  it("finds nothing missing where nothing is", async () => {
    expect(lacking({})).toEqual([]);
    expect(await printed(false, WHOLE)).toMatch(/Nothing is missing\.$/);
  });

  it.each<[string, Partial<Machine>, string]>([
    ["node", { nodeVersion: "20.18.9" }, "nvm install 22"],
    ["live-capture", { capture: "socket AF_PACKET: EPERM" }, "sudo setcap cap_net_raw=+ep '/usr/bin/node'"],
    ["icmp", { rawIcmp: "socket: EPERM" }, "sudo setcap cap_net_raw=+ep '/usr/bin/node'"],
    ["live-capture", { capture: "EPERM", isRoot: true }, "docker run --cap-add NET_RAW"],
    ["tcp-info", { tcpInfo: "no native module" }, "npm install koffi"],
    ["tcp-info", { tcpInfo: "darwin is not Linux", platform: "darwin" }, "measure on Linux"],
    ["ttl", { shortLivedBytes: "memfd_create: ENOSYS" }, "npm install koffi"],
    ["chromium", { chromium: undefined }, "sudo apt-get install -y chromium"],
    ["ipv6", { sourceAddresses: ["192.0.2.7"] }, "ask the access network"],
    ["clock", { nowMs: 0 }, "sudo timedatectl set-ntp true"],
    ["clock", { nowMs: WHOLE.nowMs - 2 * 3_600_000 }, "sudo timedatectl set-ntp true"],
    [
      "name-servers",
      { surroundings: { ...WHOLE.surroundings, nameServers: { addresses: [], isLocal: false } } },
      "/etc/resolv.conf",
    ],
    ["data-folder", { folder: { ...WHOLE.folder, isPrivate: false } }, "chmod 700 '/home/a/"],
    ["data-folder", { folder: { ...WHOLE.folder, isWritable: false } }, "sudo install -d -m 700"],
  ])("says what adds %s (%j)", (name, change, adds) => {
    const missing = lacking(change);
    expect(missing.map((ability) => ability.name)).toEqual([name]);
    expect(missing[0]!.adds).toContain(adds);
  });

  it("installs what the laboratory needs, in one command for people", async () => {
    const without = { ...WHOLE.tools, tc: undefined, iptables: undefined, ip6tables: undefined };
    const machine = { ...WHOLE, tools: without, cell: "tc is not installed", isRoot: true };
    const text = await printed(false, machine);
    expect(text).toContain("apt-get install -y iproute2 iptables\n      adds: namespaces");
    expect(text).not.toContain("sudo");
  });

  it("names the kernel's switch that keeps namespaces from users", () => {
    const cell = "namespaces cannot be made: Operation not permitted";
    const adds = (namespaceSwitches: Machine["namespaceSwitches"], isRoot = false): string | undefined =>
      lacking({ cell, namespaceSwitches, isRoot }).find(({ name }) => name === "namespaces")?.adds;
    expect(adds({ "kernel.unprivileged_userns_clone": "0" })).toBe(
      "sudo sysctl -w kernel.unprivileged_userns_clone=1",
    );
    expect(adds({ "kernel.apparmor_restrict_unprivileged_userns": "1" })).toBe(
      "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    );
    expect(adds({})).toContain("as root");
    expect(adds({}, true)).toBe("docker run --privileged");
  });

  it("knows packages by their names elsewhere", () => {
    expect(installCommand(["tc", "ip"], "dnf", true)).toBe("dnf install -y iproute-tc iproute");
    expect(installCommand(["unshare"], "apk", false)).toBe("sudo apk add util-linux-misc");
    expect(installCommand(["nft"], undefined, true)).toBe("apt-get install -y nftables");
  });

  it("warns of what carries this machine's traffic elsewhere", () => {
    const findings = [
      { kind: "vpn", what: "The default route leads through tun0", certain: true },
      { kind: "proxy", what: "HTTPS_PROXY sends other programs", certain: false },
    ] as const;
    const missing = lacking({ surroundings: { ...WHOLE.surroundings, findings } });
    expect(missing.map(({ name }) => name)).toEqual(["vpn", "proxy"]);
    expect(missing[0]!.why).toContain("nothing can be measured from here");
    expect(missing[1]!.why).not.toContain("nothing can be measured");
  });

  it("leaves out of the single file what is not in it", () => {
    const names = abilitiesOf({ ...WHOLE, isSingleFile: true, tcpInfo: "not in the single file" });
    expect(names.find(({ name }) => name === "tcp-info")?.adds).toContain("an installed Brakelight");
    expect(names.some(({ name }) => name === "chromium" || name === "tc")).toBe(false);
  });

  it("writes valid records of this machine", async () => {
    const machine = await readMachine(false);
    const records = (await printed(true, machine))
      .split("\n")
      .map((line) => abilitySchema.parse(JSON.parse(line)));
    expect(records.length).toBeGreaterThan(18);
    expect(records.find(({ name }) => name === "node")?.works).toBe(true);
    for (const { works, adds } of records) expect(works).toBe(adds === undefined);
    if (process.platform === "linux")
      expect(records.find(({ name }) => name === "tcp-info")).toMatchObject({ works: true });
  });

  it("refuses options that it does not know", async () => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    addDoctor(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await expect(program.parseAsync(["node", "x", "doctor", "--nonsense"])).rejects.toThrow("unknown option");
  });
});
