import { describe, expect, it } from "vitest";
import { refuseOwnControl } from "./probe-control.ts";

const TARGET = { name: "target.example", port: 443 };
const ADDRESSES = ["192.0.2.1", "2001:db8::1"];

describe("a control server", () => {
  it("is refused where it is the target itself, in one line that says what to do", () => {
    for (const address of ADDRESSES) {
      const refusal = refuseOwnControl(TARGET, ADDRESSES, [
        { address: "192.0.2.9", port: 443 },
        { address, port: 443 },
      ]);
      expect(refusal).toMatch(/is target\.example itself.*server elsewhere/);
      expect(refusal).not.toContain("\n");
    }
  });

  it("is taken at another address, and at another port of the same", () => {
    expect(refuseOwnControl(TARGET, ADDRESSES, [])).toBeUndefined();
    expect(refuseOwnControl(TARGET, ADDRESSES, [{ address: "192.0.2.2", port: 443 }])).toBeUndefined();
    expect(refuseOwnControl(TARGET, ADDRESSES, [{ address: "192.0.2.1", port: 8443 }])).toBeUndefined();
  });
});
