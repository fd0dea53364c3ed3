/** With a control server on loopback, and a box before it that resets connections whose first packet holds a piece of a name. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawPairs } from "../../test/probe/drawn-flows.ts";
import { seededRandom } from "../base/random.ts";
import { type ControlServer, startControlServer } from "../probe/control-server/control-server.ts";
import { evidenceInRussian } from "../verdict/russian/evidence.ts";
import { type Explained, type ExplainMeans, explain } from "./probe-explain.ts";

const LOOPBACK = "127.0.0.1";
/** The rule of 10 March 2021, and a name that it hit (Xue et al., IMC 2021). */
const PIECE = "t.co";
const NAME = "reddit.com";
let server: ControlServer;
let box: Server;

beforeAll(async () => {
  server = await startControlServer({ listen: LOOPBACK, port: 0 });
  box = createServer((client) => {
    client.once("data", (first) => {
      if (first.includes(PIECE)) client.resetAndDestroy();
      else relay(client, first);
    });
    client.on("error", () => {});
  });
  await new Promise<void>((resolve) => box.listen(0, LOOPBACK, resolve));
});
afterAll(async () => {
  box.close();
  await server.close();
});

function relay(client: Socket, first: Buffer): void {
  const onward = connect(server.port, LOOPBACK);
  onward.write(first);
  client.pipe(onward).pipe(client);
  client.on("close", () => onward.destroy());
  onward.on("close", () => client.destroy());
  onward.on("error", () => {});
}

/** As if pairs had been reset under the target's name. */
function explained(port: number, means: Partial<ExplainMeans> = {}): Promise<Explained> {
  const models = {
    target: { kind: "reset", rateBps: 0 },
    control: { kind: "free", rateBps: 8_000_000 },
  } as const;
  const place = { address: LOOPBACK, port };
  return explain(
    { ...place, name: NAME, path: "/bytes/50000" },
    {
      controlServer: place,
      neutralName: "qzvk-hjlf.example",
      observations: drawPairs(6, models, { comparison: "control-server" }, 3),
      trust: { insecure: true },
      random: seededRandom(5),
      ...means,
    },
  );
}

function portOf(listening: Server): number {
  return (listening.address() as { port: number }).port;
}

describe("an explanation", () => {
  it("that breaks off keeps what it had found, and says why", async () => {
    const { trigger, evidence } = await explained(portOf(box), {
      onProgress: (doing) => {
        if (doing === "bypass") throw new Error("the line is gone");
      },
    });
    expect(evidence.at(-1)).toBe("not explained to the end: the line is gone");
    expect(trigger, evidence.join("; ")).toMatchObject({ pattern: `*${PIECE}*`, where: "sni" });
    expect(evidence.join("; ")).toContain("it is the bytes that are looked at");
  });

  it("tells what gets past a box that reads single packets", async () => {
    const { bypass, evidence } = await explained(portOf(box));
    expect(bypass, evidence.join("; ")).toMatchObject({ "tcp-split": true, "no-name": true });
    expect(evidence.filter((sentence) => !evidenceInRussian(sentence).isKnown)).toEqual([]);
  });

  it("names no trigger where the name was not acted on", async () => {
    const found = await explained(server.port);
    expect(found).not.toHaveProperty("trigger");
    expect(found).not.toHaveProperty("bypass");
    expect(found.evidence.join("; ")).toContain(`${NAME} itself is not acted on now`);
  });

  it("takes no control server that is full for a box", async () => {
    const full = await startControlServer({
      ...{ listen: LOOPBACK, port: 0, bounds: { connectionsPerMinute: 12 } },
    });
    const { trigger, ladder = [], evidence } = await explained(full.port);
    expect(full.counters.connectionsRefused).toBeGreaterThan(0);
    expect(trigger, evidence.join("; ")).toBeUndefined();
    expect(ladder.filter(({ acted }) => acted > 0)).toEqual([]);
    expect(evidence.filter((sentence) => /acted on in [1-9]/.test(sentence))).toEqual([]);
    await full.close();
  });

  it("says that few connections could be told where bytes were spent, not that the machine cannot", async () => {
    const { evidence } = await explained(server.port, { budgetBytes: 1 });
    expect(evidence).toContain("the place: too few connections could be told");
    expect(evidence.join("; ")).not.toContain("needs Linux");
  });
});
