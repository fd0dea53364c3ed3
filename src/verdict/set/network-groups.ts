/**
 * Which networks are judged together, by operator. Source: the crowd notes, last line ("Groups"), for Russia in 2021.
 * A network that carries mobile and landline users under one number is in no group.
 */
export type GroupName = "mobile" | "landline";

export interface GroupTable {
  readonly country: string;
  /** Parts of names, as the routing registry gives them. */
  readonly mobileOrganisations: readonly string[];
  /** Networks that are mobile though other networks of the same organisation are not. */
  readonly mobileNetworks: readonly number[];
  readonly mixedNetworks: readonly number[];
}

export const GROUP_TABLES: readonly GroupTable[] = [
  {
    country: "RU",
    mobileOrganisations: ["MegaFon", "T2 Mobile", "Vimpel-Communications", "Ekaterinburg-2000"],
    mobileNetworks: [8359],
    mixedNetworks: [28_884, 28_840],
  },
];

/** Undefined for mixed networks, and in countries without a table. */
export function groupOf(
  network: { readonly asn: number; readonly country?: string; readonly networkName?: string },
  tables: readonly GroupTable[] = GROUP_TABLES,
): GroupName | undefined {
  const table = tables.find(({ country }) => country === network.country);
  if (!table || table.mixedNetworks.includes(network.asn)) return undefined;
  const mobile =
    table.mobileNetworks.includes(network.asn) ||
    table.mobileOrganisations.some((part) => network.networkName?.includes(part));
  return mobile ? "mobile" : "landline";
}
