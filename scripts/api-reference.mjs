// Makes docs/api.md of the OpenAPI document of a running server, so that people read what programs read.
// Usage: node scripts/api-reference.mjs http://127.0.0.1:8470 > docs/api.md
// test/server/api-reference.test.ts fails when docs/api.md and the server's document differ.
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

const HEAD = `# API reference

Made by scripts/api-reference.mjs out of \`/api/openapi.json\`, which every \`brakelight serve\` answers; a test fails when the two
differ. What the records hold: [format.md](format.md), "serve". Limits, and what is withheld: [operate.md](operate.md). The operator's
paths (\`/health\`, \`/metrics\`, \`/api/v1/admin/...\`), the pages and the laboratory's paths are not in it: operate.md, format.md.

Errors are \`{"error": "one sentence"}\` with the usual status; 429 and 503 have \`Retry-After\` in seconds. Answers of simulated data
say so: format.md. \`format=CSV\` and \`format=JSONL\` give the same rows as tables and lines.
`;

/** The page, as text; bounded by the document. */
export function referenceOf({ tags, paths }) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const parts = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(name));
    return `## ${name}\n\n${own.map(operationText).join("\n")}`;
  });
  return [HEAD, ...parts].join("\n");
}

function operationText({ path, method, operation }) {
  const lines = [`### ${method.toUpperCase()} ${path}`, "", `${operation.summary}.`, ""];
  const rows = (operation.parameters ?? []).map(({ name, in: where, required, schema, description }) =>
    row(where === "path" ? `{${name}}` : name, kindOf(schema), required, description),
  );
  if (rows.length > 0) lines.push(...tableOf("parameter", rows), "");
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) lines.push(...tableOf("in the body (JSON)", fields(body)), "");
  const answer = operation.responses?.["200"]?.content?.["application/json"]?.schema;
  const answered = answer ? fields(answer) : [];
  if (answered.length > 0) lines.push(...tableOf("in the answer", answered), "");
  return lines.join("\n");
}

function fields({ properties = {}, required = [] }) {
  return Object.entries(properties).map(([name, schema]) =>
    row(name, kindOf(schema), required.includes(name), schema.description),
  );
}

function tableOf(what, rows) {
  return [`| ${what} | | |`, "|---|---|---|", ...rows];
}

function row(name, kind, isRequired, description) {
  const says = [isRequired ? "required" : "", description ?? ""].filter(Boolean).join("; ");
  return `| \`${name}\` | ${kind} | ${says} |`.replace(/ {2,}/g, " ");
}

/** "integer, 1 to 1000, default 100" */
function kindOf({ type = "anything", enum: values, minimum, maximum, pattern, default: usual }) {
  const range = minimum === undefined ? "" : `${minimum} to ${maximum}`;
  const form = pattern === undefined ? "" : `\`${pattern.replaceAll("|", "\\|")}\``;
  const choice = values === undefined ? type : values.map((value) => `\`${value}\``).join(" ");
  return [choice, range, form, usual === undefined ? "" : `default ${usual}`].filter(Boolean).join(", ");
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  const answer = await fetch(new URL("/api/openapi.json", argv[2] ?? "http://127.0.0.1:8470"));
  if (!answer.ok) throw new Error(`api-reference: the server answers ${answer.status}`);
  process.stdout.write(referenceOf(await answer.json()));
}
