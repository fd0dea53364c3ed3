/** What `notice` says before it loads anything; loads themselves are tested in test/browser/. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { PROGRAM } from "../program.ts";

const run = (words: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  promisify(execFile)(process.execPath, [PROGRAM, "notice", ...words], {
    env: { ...process.env, XDG_DATA_HOME: "/nonexistent", ...environment },
  }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

it("says with --dry-run what it would load, and loads nothing", async () => {
  const { code, stdout } = await run(["news.example", "--control", "http://other.example/a", "--dry-run"]);
  expect(code).toBe(0);
  expect(stdout).toContain("https://news.example/ and http://other.example/a, 6 times each");
});

it.each([
  [["ftp://x.example/"], /no address of a page/],
  [["https://user@x.example/"], /no address of a page/],
  [["x.example", "--repeat", "0"], /--repeat/],
  [["x.example", "--watch", "never"], /--watch/],
])("refuses %j in one line", async (words, reason) => {
  const { code, stderr } = await run(words);
  expect(code).toBe(1);
  expect(stderr).toMatch(reason);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it("says what to do where there is no browser, and that nothing was sent without consent", async () => {
  const none = await run(["x.example", "--yes"], { BRAKELIGHT_BROWSER: "/nonexistent/browser" });
  expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/there is no Chromium: install it/) });
  const asked = await run(["x.example"], { BRAKELIGHT_BROWSER: process.execPath });
  expect(asked).toMatchObject({ code: 1, stderr: expect.stringMatching(/nothing was sent/) });
});
