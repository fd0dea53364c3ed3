/** "obit (AS8492)": a network by its name, where the store knows one, and its number. */
export function networkWords(asn: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(asn);
  return name === undefined ? asn : `${name} (${asn})`;
}
