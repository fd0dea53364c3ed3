/** What stands between this machine and the network, or makes its measurements unfit to be compared. */
export const FINDING_KINDS = ["vpn", "proxy", "bypass-tool", "captive-portal", "clock"] as const;

export interface Finding {
  readonly kind: (typeof FINDING_KINDS)[number];
  /** A sentence for people, no full stop. */
  readonly what: string;
  /** It surely touches what is measured from here; false: it may. */
  readonly certain: boolean;
  /** Of a program or an interface. */
  readonly name?: string;
  /** It is known to carry other traffic than what is measured. */
  readonly isAside?: true;
}
