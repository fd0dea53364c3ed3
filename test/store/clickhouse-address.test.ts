/** Where a cluster is, and that its password is in nothing that people or logs see; no server is needed. */
import { describe, expect, test } from "vitest";
import { isClusterAddress } from "../../src/cli/store-option.ts";
import { clusterAddressOf } from "../../src/store/clickhouse/address.ts";
import { openClickhouseStore } from "../../src/store/clickhouse.ts";
import { StoreProblem } from "../../src/store/store.ts";

const refusalOf = (text: string): string => {
  try {
    clusterAddressOf(text);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreProblem);
    return (error as Error).message;
  }
  return "it was taken";
};

describe("the address of a cluster", () => {
  test("user, password, database, cluster and servers are found in it; what is shown has no password", () => {
    const text =
      "https://me:p%40ss@host.example:8443/data?cluster=three&nodes=a.example:8443,[2001:db8::1]:8443";
    expect(clusterAddressOf(text)).toEqual({
      ...{ shown: "https://host.example:8443/data", url: "https://host.example:8443", user: "me" },
      ...{ password: "p@ss", database: "data", cluster: "three" },
      nodes: ["https://a.example:8443", "https://[2001:db8::1]:8443"],
    });
    expect(clusterAddressOf("http://127.0.0.1:8123")).toEqual({
      ...{ shown: "http://127.0.0.1:8123/brakelight", url: "http://127.0.0.1:8123", user: "default" },
      ...{ password: "", database: "brakelight", cluster: "brakelight" },
    });
  });

  test.each([
    "http://me:secret@",
    "http://me:secret@host/a;DROP TABLE x",
    "http://me:secret@host/a?cluster=x)--",
    "http://me:secret@host/a?nodes=me:secret@other:1",
    "http://me:secret%@host/a",
  ])("what is none is refused, and not repeated: %s", (text) => {
    const said = refusalOf(text);
    expect(said).not.toBe("it was taken");
    expect(said).not.toMatch(/secret|DROP|--$/);
  });

  test("a path is not one", () => {
    expect(["http://h/x", "HTTPS://h/x"].map(isClusterAddress)).toEqual([true, true]);
    expect(["x.duckdb", "./http:x", "http.duckdb"].map(isClusterAddress)).toEqual([false, false, false]);
  });

  test("a server that is not there is told in one line without the password", async () => {
    const error = await openClickhouseStore("http://me:secret@127.0.0.1:1/x").catch(
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(StoreProblem);
    expect((error as Error).message).toBe("http://127.0.0.1:1/x: does not answer (ECONNREFUSED)");
  });
});
