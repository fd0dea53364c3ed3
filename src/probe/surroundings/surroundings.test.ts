import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reach } from "../reach/reach-record.ts";
import { findBypassTools } from "./bypass-tools.ts";
import { captivePortal, type PortalObservation, portalFinding } from "./captive-portal.ts";
import { checkClock } from "./clock-check.ts";
import { describeNameServers } from "./name-servers.ts";
import { findProxies, withoutPassword } from "./proxies.ts";
import { type MachineEffects, machineEffects } from "./read-machine.ts";
import { findingsOfControl, findingsOfControls, lookAtSurroundings } from "./surroundings.ts";
import { defaultInterfaces, findTunnels } from "./vpn.ts";

describe("A VPN", () => {
  const tunnels = (name: string, defaults: string[] = [], addresses = ["10.8.0.2"]) =>
    findTunnels([{ name, addresses }], { defaultInterfaces: defaults });

  test.each(["tun0", "wg0", "utun4", "tailscale0", "nordlynx", "proton0", "ipsec0", "tap0", "wg-mullvad"])(
    "on %s is certain where the default route leads there",
    (name) => {
      expect(tunnels(name, [name])).toMatchObject([{ kind: "vpn", certain: true }]);
      expect(tunnels(name)).toMatchObject([{ kind: "vpn", certain: false }]);
    },
  );

  test("is not certain on PPP, by which landlines connect too", () => {
    expect(tunnels("ppp0", ["ppp0"])).toMatchObject([{ certain: false }]);
  });

  test.each(["lo", "eth0", "enp3s0", "wlan0", "docker0", "br-12ab", "veth1", "en0", "tunl0", "Ethernet"])(
    "is not %s",
    (name) => {
      expect(tunnels(name, [name])).toEqual([]);
    },
  );

  test("is not what macOS keeps for itself", () => {
    expect(tunnels("utun0", [], ["fe80::1%utun0"])).toEqual([]);
  });

  test("is seen in the routes alone", () => {
    expect(findTunnels([], { defaultInterfaces: ["tun0"] })).toMatchObject([{ certain: true }]);
  });
});

describe("Default routes", () => {
  const HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
  const row = (name: string, destination: string, mask: string, flags = "0003", metric = 100) =>
    `${name}\t${destination}\t0100A8C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;

  test("are read as the kernel writes them", () => {
    const table = `${HEAD}${row("eth0", "00000000", "00000000")}${row("eth0", "0000A8C0", "00FFFFFF", "0001")}`;
    expect(defaultInterfaces(table)).toEqual(["eth0"]);
  });

  test("are also the two halves that OpenVPN lays over them, and none that is down", () => {
    const halves = `${row("tun0", "00000000", "00000080")}${row("tun0", "00000080", "00000080")}`;
    expect(defaultInterfaces(`${HEAD}${halves}${row("wg0", "00000000", "00000000", "0002")}`)).toEqual([
      "tun0",
    ]);
  });

  test("are those of the least metric: what stands by for them carries nothing", () => {
    const [landline, standby] = [
      row("eth0", "00000000", "00000000"),
      row("tun0", "00000000", "00000000", "0003", 600),
    ];
    expect(defaultInterfaces(HEAD + standby + landline)).toEqual(["eth0"]);
    expect(defaultInterfaces(HEAD + standby)).toEqual(["tun0"]);
    const taken = row("tun0", "00000000", "00000000", "0003", 50);
    expect(defaultInterfaces(HEAD + landline + taken)).toEqual(["tun0"]);
  });

  test("are overridden by both halves together, of whatever metric: the longest prefix counts first", () => {
    const halves = ["00000000", "00000080"].map((to) => row("tun0", to, "00000080", "0003", 600));
    const landline = row("eth0", "00000000", "00000000", "0003", 0);
    expect(defaultInterfaces(HEAD + landline + halves.join(""))).toEqual(["tun0"]);
    expect(defaultInterfaces(HEAD + landline + halves[0])).toEqual(["tun0", "eth0"]);
  });

  test("come out of no bytes whatever with an exception", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => Array.isArray(defaultInterfaces(text))));
  });
});

describe("A proxy", () => {
  test("is found in the environment, in either case, and told without its password", () => {
    const found = findProxies({
      HTTPS_PROXY: "http://me:secret@proxy.test:3128/",
      all_proxy: "socks5://127.0.0.1:9050",
      HTTP_PROXY: " ",
      NO_PROXY: "localhost",
    });
    expect(found).toMatchObject([
      { kind: "proxy", certain: false, what: expect.stringContaining("http://proxy.test:3128;") },
      { kind: "proxy", certain: false, what: expect.stringContaining("socks5://127.0.0.1:9050") },
    ]);
    expect(JSON.stringify(found)).not.toContain("secret");
  });

  test("never gives a password away", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9:@]{1,20}$/), (secret) => {
        expect(withoutPassword(`http://u:PASS${secret}@h:1`)).toBe("http://h:1");
      }),
    );
  });
});

describe("A bypass tool", () => {
  test("is known by its name, as the kernel cuts it", () => {
    const found = findBypassTools([
      "bash",
      "nfqws\n",
      "psiphon-tunnel-",
      "sing-box",
      "sing-box",
      "Tor",
      "node",
    ]);
    expect(found.map(({ certain }) => certain)).toEqual([true, false, false, false]);
    expect(found.map(({ what }) => what.split(" ")[0])).toEqual([
      "nfqws",
      "psiphon-tunnel-",
      "sing-box",
      "tor",
    ]);
  });

  test("is not a program with a similar name", () => {
    expect(findBypassTools(["tracker", "storage", "torrent", "clashing", "wg-crypt-wg0", "systemd"])).toEqual(
      [],
    );
  });
});

describe("The clock", () => {
  const header = "Wed, 25 Nov 2026 20:00:00 GMT";
  const at = Date.UTC(2026, 10, 25, 20);

  test("may be five minutes off", () => {
    for (const offMs of [0, 299_000, -300_000]) expect(checkClock(header, at + offMs)).toBeUndefined();
  });

  test("further off is told, which way and how far", () => {
    expect(checkClock(header, at + 301_000)).toEqual({
      kind: "clock",
      what: "This machine's clock is 5 minutes ahead of the control's",
      certain: true,
    });
    expect(checkClock(header, at - 3 * 3_600_000)?.what).toContain("3 hours behind the control's");
    expect(checkClock(header, 0)?.what).toMatch(/\d{5} days behind/);
  });

  test("is not judged by what is no date", () => {
    fc.assert(fc.property(fc.string(), (text) => checkClock(text, at) === undefined));
    for (const text of [undefined, "Wed, 99 Xxx 2026 20:00:00 GMT", "2020-01-01", "0"])
      expect(checkClock(text, at)).toBeUndefined();
  });
});

describe("A captive portal", () => {
  const asked = { host: "control.test", expected: { status: 200, bodyBytes: 16 } };
  const portal = (observed: Partial<PortalObservation>) => captivePortal({ ...asked, ...observed });

  test("is not the control's own answer", () => {
    expect(portal({ status: 200, bodyBytes: 16 })).toBeUndefined();
    expect(portal({ status: 200, bodyBytes: 16, bodySha256: "aa" })).toBeUndefined();
  });

  test("asks for a login by status 511, which is certain", () => {
    expect(portalFinding({ ...asked, status: 511 })).toMatchObject({ kind: "captive-portal", certain: true });
  });

  test("redirects elsewhere; a redirect to the same host is none", () => {
    expect(portal({ status: 302, location: "http://login.hotel.test/x" })).toContain("login.hotel.test");
    expect(portal({ status: 307, location: "//10.0.0.1/" })).toContain("10.0.0.1");
    for (const location of [
      "https://control.test/bytes/16",
      "/other",
      undefined,
      "http://[",
      "a:",
      "javascript:x",
    ])
      expect(portal({ status: 301, ...(location === undefined ? {} : { location }) })).toBeUndefined();
  });

  test("puts another page in place of the answer", () => {
    expect(portal({ status: 200, bodyBytes: 4000, title: "Welcome" })).toContain('"Welcome"');
    expect(portal({ status: 204, bodyBytes: 0 })).toBeTruthy();
    const expected = { ...asked.expected, bodySha256: "aa" };
    expect(portal({ expected, status: 200, bodyBytes: 16, bodySha256: "bb" })).toBeTruthy();
  });

  test("is not a failure, nor an error of the control", () => {
    expect(portal({ failure: "connection_reset" })).toBeUndefined();
    expect(portal({ status: 200, bodyBytes: 3, failure: "eof_error" })).toBeUndefined();
    for (const status of [404, 429, 500, 503]) expect(portal({ status, bodyBytes: 9 })).toBeUndefined();
  });

  test("is no exception, whatever the redirect", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.constantFrom("control.test", "::1", "192.0.2.1"),
        (location, host) => captivePortal({ ...asked, host, status: 302, location }) !== "",
      ),
    );
  });
});

describe("Surroundings", () => {
  const quiet: MachineEffects = {
    environment: () => ({}),
    interfaces: () => [
      { name: "lo", addresses: ["127.0.0.1"] },
      { name: "wg0", addresses: ["10.2.0.2"] },
    ],
    sourceAddresses: async () => ["10.2.0.2"],
    routeTable: async () => undefined,
    commandNames: async () => ["init", "xray"],
    nameServers: () => ["127.0.0.53"],
  };

  test("hold what was found, the default route by the kernel's choice of address", async () => {
    expect(await lookAtSurroundings(quiet)).toEqual({
      findings: [
        { kind: "vpn", what: expect.stringContaining("through wg0"), certain: true, name: "wg0" },
        { kind: "bypass-tool", what: expect.stringContaining("xray"), certain: false, name: "xray" },
      ],
      nameServers: { addresses: ["127.0.0.53"], isLocal: true },
      unseen: [],
    });
  });

  test("say what could not be looked at", async () => {
    const blind = { ...quiet, sourceAddresses: async () => [], commandNames: async () => undefined };
    expect((await lookAtSurroundings(blind)).unseen).toEqual(["running programs", "the default route"]);
  });

  test("of this machine can be read, and nothing is sent", async () => {
    const { findings, nameServers } = await lookAtSurroundings(machineEffects);
    for (const { what } of findings) expect(what.length).toBeGreaterThan(10);
    expect(nameServers).toEqual(describeNameServers(machineEffects.nameServers()));
    if (process.platform === "linux") {
      const own = (await machineEffects.commandNames()) ?? [];
      expect(own.length).toBeGreaterThan(0);
    }
  });

  test("of a control's answer are portal or clock", () => {
    const answered = (more: object): Reach => ({
      target: { name: "control.test", port: 80, path: "/bytes/16" },
      startedAtMs: 0,
      durationUs: 1,
      steps: [
        {
          operation: "read",
          startedUs: 0,
          durationUs: 1,
          address: "192.0.2.1",
          port: 80,
          status: 200,
          ...more,
        },
      ],
    });
    const expected = { status: 200, bodyBytes: 16 };
    const clock = { date: "Wed, 25 Nov 2026 20:00:00 GMT", dateAtMs: Date.UTC(2026, 10, 25, 21) };
    expect(findingsOfControl(answered({ bodyBytes: 16 }), expected)).toEqual([]);
    expect(findingsOfControl(answered({ bodyBytes: 16, ...clock }), expected)).toMatchObject([
      { kind: "clock" },
    ]);
    expect(findingsOfControl(answered({ bodyBytes: 99, ...clock }), expected)).toMatchObject([
      { kind: "captive-portal" },
    ]);
    expect(findingsOfControl({ ...answered({}), steps: [] }, expected)).toEqual([]);
  });

  const redirected = (name: string, location: string): Reach => ({
    ...{ target: { name, port: 80, path: "/" }, startedAtMs: 0, durationUs: 1 },
    steps: [
      {
        ...{ operation: "read", startedUs: 0, durationUs: 1, address: "192.0.2.1", port: 80 },
        ...{ status: 302, location },
      },
    ],
  });

  test("of several controls are a portal for certain where one other host answers for them", () => {
    const led = (to: string, ...names: string[]) => names.map((name) => redirected(name, to));
    for (const door of ["http://login.hotel.example/?back", "http://10.0.0.1/"])
      expect(findingsOfControls(led(door, "a.test", "b.test"))).toMatchObject([
        { kind: "captive-portal", certain: true },
      ]);
    const one = [
      redirected("a.test", "http://login.hotel.example/"),
      redirected("b.test", "https://b.test/"),
    ];
    expect(findingsOfControls(one)).toMatchObject([{ kind: "captive-portal", certain: false }]);
    const apart = [redirected("a.test", "https://www.a.test/"), redirected("b.test", "https://www.b.test/")];
    for (const { certain } of findingsOfControls(apart)) expect(certain).toBe(false);
    const own = ["a.test", "b.test"].map((name) => redirected(name, `https://${name}/`));
    expect(findingsOfControls(own)).toEqual([]);
  });

  test.each([
    ["https://www.youtube.com/", "youtube.com", "youtu.be"],
    ["https://www.facebook.com/", "fb.com", "facebook.com"],
    ["https://www.example.org/", "a.example.net", "b.example.net"],
  ])("of controls that one owner sends to %s are no portal for certain", (location, ...names) => {
    const controls = names.map((name) => redirected(name, location));
    expect(findingsOfControls(controls)).toMatchObject([{ kind: "captive-portal", certain: false }]);
  });
});
