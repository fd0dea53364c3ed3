/** What the laboratory needs of a machine, and a real browser for page loads. Pure. */
import { asRoot, installCommand, TOOLS, type Tool } from "./doctor-advice.ts";
import type { Machine } from "./doctor-machine.ts";
import { type Ability, lacks, works } from "./doctor-record.ts";

const ROOT_RIGHTS = "run it as root (in a container: docker run --privileged)";

export function laboratoryAbilities(machine: Machine): Ability[] {
  const tools = TOOLS.map((tool) => program(tool, machine));
  return [...tools, queue(machine), namespaces(machine), chromium(machine)];
}

function program(tool: Tool, { tools, platform, packageManager, isRoot }: Machine): Ability {
  const path = tools[tool];
  if (path !== undefined) return works(tool, path);
  const what = tool === "nft" ? "to look at firewall rules" : "the laboratory needs it";
  const why = `not installed: ${what}`;
  return platform === "linux"
    ? lacks(tool, why, installCommand([tool], packageManager, isRoot))
    : lacks(tool, why, "use Linux for the laboratory");
}

function queue({ cell, hasQueueModule, platform, isRoot }: Machine): Ability {
  if (cell === undefined || hasQueueModule) return works("nfqueue", "packets can be queued to the middlebox");
  const why = "not seen: the laboratory's middlebox gets its packets by it";
  if (platform !== "linux") return lacks("nfqueue", why, "use Linux for the laboratory");
  return lacks("nfqueue", why, asRoot("modprobe nfnetlink_queue", isRoot));
}

function namespaces(machine: Machine): Ability {
  const { cell, platform, packageManager, isRoot, tools, namespaceSwitches } = machine;
  if (cell === undefined) return works("namespaces", "the laboratory runs on this machine");
  const why = `no laboratory: ${cell}`;
  if (platform !== "linux") return lacks("namespaces", why, "use Linux for the laboratory");
  const missing = TOOLS.filter((tool) => tool !== "nft" && tools[tool] === undefined);
  if (missing.length > 0) return lacks("namespaces", why, installCommand(missing, packageManager, isRoot));
  if (isRoot) return lacks("namespaces", why, "docker run --privileged");
  const switches = [
    ...(namespaceSwitches["kernel.unprivileged_userns_clone"] === "0"
      ? ["kernel.unprivileged_userns_clone=1"]
      : []),
    ...(namespaceSwitches["kernel.apparmor_restrict_unprivileged_userns"] === "1"
      ? ["kernel.apparmor_restrict_unprivileged_userns=0"]
      : []),
  ];
  return lacks("namespaces", why, switches.length > 0 ? `sudo sysctl -w ${switches.join(" ")}` : ROOT_RIGHTS);
}

function chromium({ chromium: path, packageManager, isRoot, platform }: Machine): Ability {
  if (path !== undefined) return works("chromium", `${path}: pages can be loaded as people see them`);
  const adds =
    platform === "linux" ? installCommand(["chromium"], packageManager, isRoot) : "https://www.chromium.org";
  return lacks("chromium", "no page loads (brakelight notice)", adds);
}
