/** Text from outside as a terminal or a document may have it: control characters, which could steer either, are replaced. */
export function plainText(text: string): string {
  return text.replace(/(?![\t\n\r])\p{Cc}/gu, "\ufffd");
}
