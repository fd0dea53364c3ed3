/**
 * Running programs that change how traffic leaves this machine, by their names as Linux keeps them (15 bytes of
 * /proc/PID/comm). Certain are those that rewrite every program's packets; proxies touch only what is sent to them.
 */
import type { Finding } from "./finding.ts";

/** The kernel cuts names to this. */
export const COMM_BYTES = 15;

/** Rewrite packets of all programs, at least on the web's ports. */
const REWRITERS: readonly string[] = [
  ...["goodbyedpi", "winws", "winws2"],
  ...["nfqws", "nfqws2", "dvtws"], // zapret
  ...["youtubeUnblock", "dpitunnel-cli"],
];

/** Proxies, tunnels and their cores. */
const TUNNELS: readonly string[] = [
  ...["tpws", "ciadpi", "byedpi", "spoofdpi", "spoof-dpi", "spoofdpi-go", "nodpi", "demergi"],
  ...[
    "xray",
    "v2ray",
    "v2raya",
    "v2rayn",
    "nekoray",
    "nekobox",
    "nekobox_core",
    "hiddify",
    "hiddifycli",
    "hiddify-core",
  ],
  ...["sing-box", "clash", "clash-meta", "clash-verge", "clash-linux", "mihomo", "verge-mihomo"],
  ...[
    "openvpn",
    "openvpn3",
    "ovpn-client",
    "wireguard",
    "wireguard-go",
    "amneziawg-go",
    "amneziavpn",
    "boringtun",
    "boringtun-cli",
  ],
  ...[
    "openconnect",
    "vpnc",
    "strongswan",
    "charon",
    "warp-svc",
    "nordvpnd",
    "mullvad-daemon",
    "protonvpn",
    "protonvpn-app",
  ],
  ...["tor", "snowflake-client", "obfs4proxy", "lyrebird", "i2pd"],
  ...["psiphon", "psiphon-tunnel-core", "psiphond", "lantern", "lanternd", "ceno"],
  ...[
    "outline",
    "outline-client",
    "outline-go-tun2socks",
    "tun2socks",
    "badvpn-tun2socks",
    "hev-socks5-tunnel",
  ],
  ...[
    "ss-local",
    "ss-redir",
    "ss-tunnel",
    "sslocal",
    "shadowsocks",
    "trojan",
    "trojan-go",
    "naive",
    "naiveproxy",
  ],
  ...[
    "hysteria",
    "hysteria2",
    "tuic-client",
    "brook",
    "gost",
    "redsocks",
    "proxychains4",
    "geph5-client",
    "geph4-client",
  ],
];

const keyed = (name: string): string => name.slice(0, COMM_BYTES).toLowerCase();
const CERTAIN: ReadonlyMap<string, boolean> = new Map([
  ...TUNNELS.map((name): [string, boolean] => [keyed(name), false]),
  ...REWRITERS.map((name): [string, boolean] => [keyed(name), true]),
]);

export function findBypassTools(commandNames: Iterable<string>): Finding[] {
  const running = new Map<string, boolean>();
  for (const name of commandNames) {
    const known = keyed(name.trim().replace(/\.exe$/i, ""));
    const certain = CERTAIN.get(known);
    if (certain !== undefined) running.set(known, certain);
  }
  return [...running].map(([name, certain]) => ({
    kind: "bypass-tool",
    what: certain
      ? `${name} is running and rewrites this machine's traffic`
      : `${name} is running and may carry this machine's traffic`,
    certain,
    name,
  }));
}
