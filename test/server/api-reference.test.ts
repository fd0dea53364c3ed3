/** docs/api.md says what the running server's OpenAPI document says, neither less nor more. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Running } from "./running.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/api-reference.mjs", import.meta.url));
const page = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
let running: Running;
beforeAll(async () => {
  running = await Running.start();
});
afterAll(() => running.stop());

it("is what the script makes of this server", async () => {
  const server = `http://127.0.0.1:${running.server.port}`;
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, server]);
  expect(page, `node scripts/api-reference.mjs ${server} > docs/api.md`).toBe(stdout);
});

it("names every path, parameter and choice of the document", async () => {
  const { json } = await running.ask("/api/openapi.json");
  const sections = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section]),
  );
  const documented: string[] = [];
  for (const [path, methods] of Object.entries<Record<string, Operation>>(json.paths))
    for (const [method, { parameters = [] }] of Object.entries(methods)) {
      const title = `${method.toUpperCase()} ${path}`;
      documented.push(title);
      for (const { name, schema } of parameters)
        for (const word of [name, ...(schema.enum ?? [])]) expect(sections.get(title), title).toContain(word);
    }
  expect(documented.length).toBeGreaterThan(10);
  expect([...sections.keys()].sort()).toEqual(documented.sort());
});

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: { readonly enum?: string[] } }[];
}
