/** Version of the judging rules; raised when a rule or a threshold changes (docs/method.md, CHANGELOG.md). */
export const METHOD_VERSION = "1";
