import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isInHostsFile } from "./hosts-file.ts";

it("finds every name of a hosts file but its comments", () => {
  const path = join(mkdtempSync(join(tmpdir(), "brakelight-hosts-")), "hosts");
  // As in hosts(5).
  writeFileSync(path, "127.0.0.1\tlocalhost\r\n\n 192.168.1.10 foo.example.org  Foo # bar.example.org\n");
  const found = (name: string): boolean => isInHostsFile(name, path);
  expect(["localhost", "foo.example.org", "foo", "FOO.example.org"].map(found)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(["bar.example.org", "192.168.1.10", "example.org", ""].map(found)).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(isInHostsFile("localhost", join(path, "none"))).toBe(false);
});
