/**
 * The fields of one line between separators. A field may stand in quotes, with quotes in it doubled (RFC 4180).
 * Undefined when quotes are not closed or something follows them.
 */
export function splitFields(line: string, separator: "," | ";"): string[] | undefined {
  if (!line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    if (line[at] !== '"') {
      const end = line.indexOf(separator, at);
      fields.push(line.slice(at, end < 0 ? undefined : end));
      if (end < 0) return fields;
      at = end;
      continue;
    }
    let field = "";
    for (;;) {
      const end = line.indexOf('"', at + 1);
      if (end < 0) return undefined;
      field += line.slice(at + 1, end);
      at = end + 1;
      if (line[at] !== '"') break;
      field += '"';
    }
    fields.push(field);
    if (at >= line.length) return fields;
    if (line[at] !== separator) return undefined;
  }
}
