/**
 * The name servers that the system is told to ask. One on loopback is noted, not a fault: systemd-resolved is one, and
 * so are bypass tools' own; what a look-up through the system says is then theirs.
 */
export interface NameServers {
  readonly addresses: readonly string[];
  readonly isLocal: boolean;
}

const LOOPBACK = /^(?:127\.|::1$|\[::1\]|::ffff:127\.)/i;

/** `servers` as dns.getServers() gives them: "192.0.2.53", "[2001:db8::53]:5353". */
export function describeNameServers(servers: readonly string[]): NameServers {
  return { addresses: servers, isLocal: servers.some((server) => LOOPBACK.test(server)) };
}
