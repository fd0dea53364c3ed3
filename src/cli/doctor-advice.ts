/** The exact commands that add what a machine lacks: packages by the machine's own package manager, and rights. */
export const PACKAGE_MANAGERS = ["apt-get", "dnf", "pacman", "apk"] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** Programs that the laboratory runs, or that help to look into it. */
export const TOOLS = ["ip", "tc", "iptables", "ip6tables", "nft", "unshare", "nsenter", "mount"] as const;
export type Tool = (typeof TOOLS)[number];
type Wanted = Tool | "chromium" | "setcap";

const INSTALL: Readonly<Record<PackageManager, string>> = {
  "apt-get": "apt-get install -y",
  dnf: "dnf install -y",
  pacman: "pacman -S --needed",
  apk: "apk add",
};

/** Where a package is not named as in Debian, it stands under its manager. */
const PACKAGES: Readonly<Record<Wanted, string | Readonly<Record<PackageManager, string>>>> = {
  ip: "iproute2",
  tc: { "apt-get": "iproute2", dnf: "iproute-tc", pacman: "iproute2", apk: "iproute2-tc" },
  iptables: "iptables",
  ip6tables: { "apt-get": "iptables", dnf: "iptables", pacman: "iptables", apk: "ip6tables" },
  nft: "nftables",
  unshare: { "apt-get": "util-linux", dnf: "util-linux", pacman: "util-linux", apk: "util-linux-misc" },
  nsenter: { "apt-get": "util-linux", dnf: "util-linux", pacman: "util-linux", apk: "util-linux-misc" },
  mount: { "apt-get": "mount", dnf: "util-linux", pacman: "util-linux", apk: "mount" },
  chromium: "chromium",
  setcap: { "apt-get": "libcap2-bin", dnf: "libcap", pacman: "libcap", apk: "libcap-setcap" },
};

/** "sudo apt-get install -y iproute2 iptables" */
export function installCommand(
  wanted: readonly Wanted[],
  manager: PackageManager | undefined,
  isRoot: boolean,
): string {
  const known = manager ?? "apt-get";
  const packages = wanted.map((name) => {
    const named = PACKAGES[name];
    if (name === "ip" && known === "dnf") return "iproute";
    return typeof named === "string" ? named : named[known];
  });
  return asRoot(`${INSTALL[known]} ${[...new Set(packages)].join(" ")}`, isRoot);
}

export function asRoot(command: string, isRoot: boolean): string {
  return isRoot ? command : `sudo ${command}`;
}
