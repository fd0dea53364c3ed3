import { fileURLToPath } from "node:url";
import { startLaboratory, whyNoKernelLaboratory } from "brakelight/lab";
import { afterAll, beforeAll, expect, test } from "vitest";

const CLIENT = fileURLToPath(new URL("download.js", import.meta.url));
// The client is no browser and heeds no proxy: it must be put inside a namespace.
const reason = whyNoKernelLaboratory();

let lab;
beforeAll(async () => {
  if (!reason) lab = await startLaboratory("escalation", { speed: 3600 });
}, 60_000);
afterAll(() => lab?.stop());

const download = async () => {
  const { stdout } = await lab.exec("phone", [process.execPath, CLIENT, "https://letters.example/picture"]);
  return stdout.trim().split("\n");
};

test.skipIf(reason)("is done at once while nobody slows it down", async () => {
  expect((await download()).at(-1)).toBe("done 383000");
});

test.skipIf(reason)("says slow, and goes on, while somebody does", { timeout: 90_000 }, async () => {
  const order = await lab.order({ kind: "throttle", targets: ["letters.example"], share: { mobile: 1 } });
  // Boxes get their orders one by one; this scenario runs an hour a second.
  await expect
    .poll(async () => (await lab.status()).devices.some(({ orders }) => orders.includes(order)), {
      timeout: 20_000,
    })
    .toBe(true);
  const words = await download();
  expect(words.filter((word) => word === "slow").length).toBeGreaterThan(10);
  expect(words.at(-1)).toBe("done 383000");
  await lab.lift(order);
});
