/** The collector's routes as the OpenAPI document has them. Bodies are checked by hand: they may be compressed. */
import type { RouteShorthandOptions } from "fastify";

const json = (properties: object, required: readonly string[] = []): object => ({
  ...{ type: "object", properties, required, additionalProperties: true },
});
const text = { type: "string" };

const documented = (summary: string, body: object | undefined, answer: object): RouteShorthandOptions => ({
  schema: {
    ...{ summary, tags: ["collector"] },
    ...(body && { body, consumes: ["application/json"] }),
    response: { 200: answer },
  },
  validatorCompiler: () => () => true,
  // What is answered is made here; the schema is for readers.
  serializerCompiler: () => (data) => JSON.stringify(data),
});

const measurement = json(
  {
    format: { type: "string", enum: ["json"] },
    content: { description: "JSON text of an OONI measurement, or the object" },
  },
  ["content"],
);
const acknowledged = json(
  {
    measurement_uid: text,
    deletion_token: { ...text, description: "shown once; absent for a measurement that came before" },
  },
  ["measurement_uid"],
);
const who = json({
  probe_cc: text,
  probe_asn: text,
  test_name: text,
  software_name: text,
  software_version: text,
});

export const submissionDocs = {
  submit: documented("Take a measurement: acknowledged when it is on the disk", measurement, acknowledged),
  open: documented("Open a report (OONI bk-003)", who, json({ report_id: text, backend_version: text })),
  update: documented("A measurement of an open report", measurement, acknowledged),
  close: documented("Close a report", undefined, json({})),
  checkIn: documented(
    "What a probe is to do: nothing but submit",
    who,
    json({ tests: json({}), conf: json({}) }),
  ),
  collectors: documented("This collector", undefined, {
    type: "array",
    items: json({ type: text, address: text }),
  }),
  testHelpers: documented("Test helpers: none", undefined, json({})),
  forget: documented(
    "Delete a measurement by its deletion token",
    json({ token: text }, ["token"]),
    json({ deleted: { type: "integer", description: "observations" } }),
  ),
};
