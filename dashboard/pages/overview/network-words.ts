/** A network by its number, and by its name where the store knows one. */
export function networkWords(asn: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(asn);
  return name === undefined ? asn : `${asn} ${name}`;
}
