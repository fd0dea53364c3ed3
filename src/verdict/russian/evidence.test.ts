/** What the judges and `--explain` say, made by them and not written here again: every sentence has a Russian twin. */
import { describe, expect, it } from "vitest";
import { mainDirection, pathsOf } from "../../../test/policing/traces.ts";
import { drawPairs, type FlowModel } from "../../../test/probe/drawn-flows.ts";
import type { DeviceConfig } from "../../../test/simulator/config.ts";
import { simulate } from "../../../test/simulator/simulate.ts";
import { seededRandom } from "../../base/random.ts";
import type { Answer } from "../explain/acted-on.ts";
import {
  addressSentence,
  besideNeutralSentence,
  helloSentences,
  hopSentences,
  invertedSentence,
  shapeSentences,
} from "../explain/explain-sentences.ts";
import { searchName } from "../explain/name-search.ts";
import { lifeSentences } from "../explain/state-life.ts";
import { judgeHost } from "../pair/judge-host.ts";
import { judgePairs, type PairPlan } from "../pair/judge-pairs.ts";
import type { PairJudgement } from "../pair/pair-judgement.ts";
import { withPackets } from "../pair/with-packets.ts";
import { judgePath } from "../slowness/judge-path.ts";
import { evidenceInRussian } from "./evidence.ts";

/** Words that are the same in every language: names, options, protocols, shapes of a hello. */
const TERMS =
  /R²|--[a-z-]+|[\w-]+(\.[\w-]+)+|\b(TLS|HTTP|HTTPS|Host|SNI|Linux|VPN|UDP|Initial|quic|ssl_\w+|[a-z]+_[a-z_]+|tcp-split|low-ttl|padding)\b/g;

function expectKnown(sentences: readonly string[]): void {
  expect(sentences.length).toBeGreaterThan(0);
  for (const sentence of sentences) {
    const { text, isKnown } = evidenceInRussian(sentence);
    expect(isKnown, sentence).toBe(true);
    expect(text.replace(TERMS, ""), sentence).not.toMatch(/[A-Za-z]|\d\.\d|undefined/);
  }
}

const of = ({ evidence, ruledOut }: Pick<PairJudgement, "evidence" | "ruledOut">): string[] => [
  ...evidence,
  ...ruledOut.map(({ because }) => because),
];

const FREE: FlowModel = { kind: "free", rateBps: 12e6 };
const POLICED: FlowModel = { kind: "policed", rateBps: 140_000 };
const SHAPED: FlowModel = { kind: "shaped", rateBps: 130_000 };
const MODELS: readonly FlowModel[] = [
  ...[FREE, POLICED, SHAPED, { kind: "lossy", rateBps: 200_000 } as const],
  ...[{ kind: "frozen", rateBps: 1e6 } as const, { kind: "reset", rateBps: 0 } as const],
  ...[{ kind: "silent", rateBps: 0 } as const, { kind: "unreached", rateBps: 0 } as const],
  ...[
    { ...FREE, delayUs: 6e6 },
    { ...FREE, rateBps: 3e6 },
    { ...FREE, wantedBytes: 12_000 },
  ],
];

describe("evidence of pairs in Russian", () => {
  it.each(MODELS.map((target) => [target.kind, target] as const))("of targets that are %s", (_, target) => {
    for (const control of [FREE, target]) {
      for (const hasControlServer of [true, false]) {
        const plan: PairPlan = { hasControlServer, sites: 2, directions: ["down", "up"] };
        const flows = (count: number): Parameters<typeof judgePairs>[0] => [
          ...(hasControlServer
            ? (["down", "up"] as const).flatMap((direction) =>
                drawPairs(count, { target, control }, { comparison: "control-server", direction }, 3),
              )
            : []),
          ...drawPairs(count, { target, control }, { comparison: "same-address" }, 7),
          ...drawPairs(count, { target, control: FREE }, { comparison: "site" }, 9),
        ];
        for (const count of [2, 3, 14]) expectKnown(of(judgePairs(flows(count), plan)));
      }
      const plain = drawPairs(14, { target, control }, { comparison: "control-server" }, 3);
      const host = judgeHost(plain.map((one) => ({ ...one, protocol: "http" as const })));
      expectKnown([host.sentence, ...(host.judgement?.evidence ?? [])]);
    }
  });

  it.each([
    "3 of 3 flows with the target's name moved at 1.40 Mbit/s of payload (1.38 Mbit/s to 1.44 Mbit/s), with stops of different lengths, after the first 40.0 kB, and their controls, not held, got ahead of them in pair after pair (evidence 130 to 1, 100 needed)",
    "5 captured flows behind buckets alike, full at first: 138 kbit/s to 142 kbit/s agrees with what arrived and with 28 of 30 runs of losses",
    "transfers moved 100 kB and more, and a limit may let that much pass at full speed (burst not exhausted): more time (--budget-seconds), larger transfers (--flow-bytes) or the URL of a larger file would tell",
    "the object, or what --flow-bytes asks of it, is only 100 kB, and a limit may let that much pass at full speed (burst not exhausted): give the URL of a file of 300 kB or more",
    'Another page ("302") came in place of what control.example serves (20 bytes instead of 30): log in and measure again',
    "what else was to be looked at could not be, or told nothing",
  ])("of %s", (sentence) => expectKnown([sentence]));
});

describe("evidence of packets in Russian", () => {
  const policer = { kind: "policer", rateBps: 800_000, burstBytes: 30_000 } as const;
  const queue = { kind: "drop-tail", limitBytes: 40_000 } as const;
  const link = (rateBps: number): DeviceConfig => ({ kind: "link", rateBps, queue, overheadBytes: 18 });
  const WIDE: readonly DeviceConfig[] = [link(20e6)];
  it.each<[string, readonly DeviceConfig[]]>([
    ["a policer", [{ ...policer, scope: "flow", overheadBytes: 18 }]],
    ["a queue", [link(800_000)]],
    ["a wide line", WIDE],
  ])("behind %s", (_, devices) => {
    const { capture } = simulate({
      ...{ seed: 42, flows: [{ requests: [{ bytes: 600_000 }] }], rttUs: 50_000, jitterUs: 1000 },
      ...{ capture: { at: "receiver" }, devices },
    });
    const path = pathsOf(capture)[0]!;
    const from = mainDirection(path);
    const { finding } = judgePath(path, 18).directions.find((direction) => direction.from === from)!;
    const held: PairJudgement = {
      ...{ state: "throttled", slowness: "policed", isSettled: true, wanted: [], mechanisms: [] },
      ...{ evidence: [], ruledOut: [], rateBps: 800_000, heldBps: 780_000, controlBps: 8e6 },
    };
    const judged = withPackets(held, [finding, finding, finding]);
    // Nothing is said of a line that held nobody up.
    expect(judged.evidence).toHaveLength(devices === WIDE ? 0 : 1);
    if (judged.evidence.length > 0) expectKnown(of(judged));
  });

  it.each([
    "packets waited in no window of 40 packets (1 looked at)",
    "packets waited in 2 of 1 window of 40 packets",
    "delay follows the backlog (R² 0.61, slope 0.93)",
    "delay was 31.0 ms above the base before losses",
    "half of all packets waited longer than a round trip (120 ms)",
    "losses follow the bucket, not chance: 88 nats better than random loss, -3 better than bursts",
    "uploads were not looked at to the end: the time went into the rate",
    "5 downloads with the target's name at a steady pace, 4 of them until a packet was lost: 961 kbit/s to 988 kbit/s behind one bucket agrees with all",
    "packets came no faster than the fitted rate: a queue before the capture spaced them",
  ])("of %s", (sentence) => expectKnown([sentence]));
});

describe("what is explained, in Russian", () => {
  const all: readonly (readonly Answer[])[] = [
    ["yes", "yes"],
    ["no", "no"],
    ["yes", "yes", "unsure"],
    ["unsure", "unsure"],
    ["yes", "no"],
    ["unsure"],
    ["yes"],
    [],
  ];

  it("of whatever was answered", () => {
    for (const one of all) {
      for (const other of all) {
        expectKnown([
          invertedSentence(one, other),
          besideNeutralSentence("a hello sent by the server", one, other),
          besideNeutralSentence("the name as Host of a plain HTTP request", one, other),
          ...shapeSentences(new Map([["tcp-split", one]]), other),
          ...lifeSentences({ still: new Map([[6, one]]), busySeconds: 45, busy: other }),
        ]);
      }
      const fields = new Map([["content-type", one]]);
      expectKnown([
        addressSentence(one),
        ...helloSentences({ fields, packetsBefore: new Map([[2, one]]), noiseBefore: new Map([[60, one]]) }),
      ]);
      const hops = one.map((answer, index) => ({ hopLimit: 1 + (index >> 1), answer }));
      expectKnown(
        hopSentences(one.length > 0 ? hops : [{ hopLimit: 3, answer: "no" }], new Map([[1, "10.0.0.1"]])),
      );
    }
  });

  it("of the search for a pattern", () => {
    const judges: readonly ((name: string) => Answer)[] = [
      (name) => (name.includes("t.co") ? "yes" : "no"),
      () => "yes",
      () => "no",
      () => "unsure",
      (name) => (name.length % 2 === 0 ? "yes" : "no"),
    ];
    for (const judge of judges) {
      const search = searchName("reddit.com", "qzvk.example", seededRandom(5));
      let step = search.next();
      while (!step.done) step = search.next(step.value.map(judge));
      // Made-up names stay as they are.
      for (const sentence of step.value.evidence) {
        const { text, isKnown } = evidenceInRussian(sentence);
        expect(isKnown, sentence).toBe(true);
        expect(text).toMatch(/[а-я]/);
      }
    }
  });

  it.each([
    "the place cannot be told: a neutral name that only reached hop 3 is not surely spared (acted on in 2 of 2); something on the way may answer for the server",
    "quic: 280 of 280 datagrams came back after an Initial under the target's name, 279 of 280 under qzvk.jx",
    "quic: not told, the server's UDP port is 4433, and filters may look at 443 only",
    "connections under xq-reddit.com could not be told from those that are acted on",
    "not explained to the end: the_line_is_gone",
    "it was ended before everything was tried",
    "a hello sent by the server: not tried, only downloads that are held or broken off show it",
  ])("of %s", (sentence) => expectKnown([sentence]));
});
