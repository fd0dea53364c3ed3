/** A laboratory that is ended has written its captures to their last packet; tshark counts. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TSHARK } from "../tshark.ts";
import { whyNoLab } from "./in-cell.ts";
import { newFolder, runLab } from "./lab-command.ts";

const CLIENT = "phone";
const BYTES = 200_000;
/** Payload of what came from the server, once. */
const FIELDS = ["-Y", "tcp.srcport == 443 && !tcp.analysis.retransmission", "-T", "fields", "-e", "tcp.len"];
const whyNot = whyNoLab ?? (TSHARK ? undefined : "no tshark");

describe.skipIf(whyNot)(`captures${whyNot ? ` (skipped: ${whyNot})` : ""}`, () => {
  it("hold all of a transfer that ended just before", async () => {
    const out = newFolder();
    const { out: said } = await runLab("start", "healthy", "--out", out, "--backend", "kernel");
    const [, lab = ""] = /--lab (\S+)/.exec(said) ?? [];
    const url = `https://example.org/bytes/${BYTES}`;
    const write = ["-w", "%{size_download}", "-o", "/dev/null"];
    const ran = await runLab("exec", "--lab", lab, CLIENT, "--", "curl", "-s", ...write, url);
    expect(await runLab("stop", "--lab", lab)).toMatchObject({ code: 0 });
    expect(ran).toMatchObject({ code: 0, out: String(BYTES) });
    const capture = join(out, "captures", `${CLIENT}.pcap`);
    expect(existsSync(capture)).toBe(true);
    const lengths = execFileSync(TSHARK!, ["-r", capture, ...FIELDS], { encoding: "utf8" });
    const seen = lengths.split("\n").reduce((sum, length) => sum + Number(length), 0);
    expect(seen).toBeGreaterThan(BYTES);
  });
});
