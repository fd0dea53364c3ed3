import { expect, it } from "vitest";
import { ownWords } from "./own-name.ts";

it("is what runs this program again", () => {
  expect(ownWords(false, "/usr/bin/brakelight", "/home/me")).toEqual(["brakelight"]);
  expect(ownWords(false, "/home/me/clone/dist/cli/main.js", "/home/me/clone")).toEqual([
    "node",
    "dist/cli/main.js",
  ]);
  expect(ownWords(true, "/home/me/clone/dist/cli/main.js", "/home/me/clone")).toEqual([
    "node",
    "/home/me/clone/dist/cli/main.js",
  ]);
  expect(ownWords(false, "/opt/clone/dist/cli/main.js", "/home/me")).toEqual([
    "node",
    "/opt/clone/dist/cli/main.js",
  ]);
});
