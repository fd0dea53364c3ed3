import { describe, expect, it } from "vitest";
import { type Found, judgeNoAddress, type SeenLookUps, withLookUps } from "./look-ups.ts";
import type { PairJudgement } from "./pair/pair-judgement.ts";
import { evidenceInRussian } from "./russian/evidence.ts";

const NAME = "news.example";
/** Public addresses, of networks that lie apart. */
const RIGHT = "93.184.216.34";
const WRONG = "83.224.65.41";
const OTHER = "104.16.1.1";
/** Iran's, in answer to what is blocked there (Aryan et al., FOCI 2013). */
const BOGON = "10.10.34.35";

const UNKNOWN = { resolver: "system", addresses: [], failure: "dns_nxdomain_error" } as const;
const KNOWN = { resolver: "second", addresses: [RIGHT] } as const;
const NOWHERE = {
  resolver: "system",
  addresses: [BOGON],
  bogons: [BOGON],
  failure: "dns_bogon_error",
} as const;
const ASTRAY = { resolver: "system", addresses: [WRONG] } as const;
const at = (address: string, is: Found["is"]): Found => ({ address, is });
const PROVEN = at(RIGHT, "proven");

const seen = (
  lookUps: SeenLookUps["lookUps"],
  found: readonly Found[] = [PROVEN],
  othersAt: readonly string[] = [OTHER],
): SeenLookUps => ({ name: NAME, lookUps, found, othersAt });
const judged = (state: PairJudgement["state"], evidence = "what the pairs say"): PairJudgement => ({
  ...{ state, isSettled: true, wanted: [], mechanisms: [], ruledOut: [] },
  evidence: [evidence],
});

describe("a name without an address", () => {
  it("is blocked by its name server only where a second one leads to a server that proves to be it", () => {
    expect(judgeNoAddress(seen([UNKNOWN, KNOWN]))).toMatchObject({
      ...{ state: "blocked", mechanisms: ["dns.nxdomain"], confidence: 0.8 },
    });
    for (const other of [
      seen([UNKNOWN, KNOWN], []),
      seen([UNKNOWN, KNOWN], [at(WRONG, "proven")]),
      seen([UNKNOWN, { ...KNOWN, addresses: [], failure: "dns_nxdomain_error" }]),
      seen([UNKNOWN], []),
    ])
      expect(judgeNoAddress(other).state).toBe("insufficient");
  });

  it.each([
    "dns_temporary_failure",
    "dns_servfail_error",
    "dns_non_recoverable_failure",
    "generic_timeout_error",
    "connection_refused",
    undefined,
  ])("is not blocked by %s, which may be the name server's own trouble", (failure) => {
    const system = { resolver: "system", addresses: [], ...(failure ? { failure } : {}) } as const;
    const judgement = judgeNoAddress(seen([system, KNOWN]));
    expect(judgement).toMatchObject({ state: "insufficient", mechanisms: [] });
    expect(judgement.evidence.join()).toContain("own trouble");
  });

  it("is not blocked where the name server knows no other name either", () => {
    expect(judgeNoAddress(seen([UNKNOWN, KNOWN], [PROVEN], [])).state).toBe("insufficient");
  });

  it("is not blocked where the next look-up finds it", () => {
    const later = { resolver: "system", addresses: [RIGHT] } as const;
    const judgement = judgeNoAddress(seen([later, KNOWN]));
    expect(judgement.state).toBe("insufficient");
    expect(judgement.evidence[0]).toContain(RIGHT);
  });

  it("asks for a second name server where there was none", () => {
    expect(judgeNoAddress(seen([UNKNOWN], [])).evidence.join()).toMatch(/--resolver/);
    expect(judgeNoAddress(seen([UNKNOWN, KNOWN], [])).evidence.join()).not.toMatch(/--resolver/);
  });
});

describe("an address that no public site has", () => {
  it("is no dead site: blocked where a second name server's proves the name, else not told", () => {
    const failed = at(BOGON, "silent");
    expect(withLookUps(judged("down"), seen([NOWHERE, KNOWN], [failed, PROVEN]))).toMatchObject({
      ...{ state: "blocked", mechanisms: ["dns.bogon"], confidence: 0.8 },
    });
    // A private network's own server, with a certificate of its own authority, is none of a block's.
    expect(
      withLookUps(judged("insufficient"), seen([NOWHERE, KNOWN], [at(BOGON, "another"), PROVEN])).state,
    ).toBe("insufficient");
    const own = withLookUps(judged("down"), {
      ...seen([NOWHERE, KNOWN], [failed, PROVEN]),
      isInHostsFile: true,
    });
    expect(own).toMatchObject({ state: "insufficient", mechanisms: [] });
    expect(own.evidence[0]).toMatch(/own hosts file names news.example/);
    const alone = withLookUps(judged("down"), seen([NOWHERE], [failed]));
    expect(alone).toMatchObject({ state: "insufficient", mechanisms: [] });
    expect(alone.evidence.join()).toMatch(/10\.10\.34\.35, which no public site has.*--resolver/);
    expect(withLookUps(judged("down"), seen([NOWHERE, KNOWN], [failed])).state).toBe("insufficient");
  });

  it("says nothing of one name where the name server leads all of them there, or nowhere", () => {
    for (const othersAt of [[], [BOGON], ["127.0.0.1"]])
      expect(withLookUps(judged("down"), seen([NOWHERE, KNOWN], [PROVEN], othersAt)).state).toBe(
        "insufficient",
      );
  });

  it("is right where it proves the name: a private network's own server", () => {
    const own = seen([NOWHERE, KNOWN], [at(BOGON, "proven"), PROVEN]);
    expect(withLookUps(judged("ok"), own)).toEqual(judged("ok"));
  });

  it("leaves what was told at the control server, and is said beside it", () => {
    const { state, evidence } = withLookUps(judged("throttled"), seen([NOWHERE], []));
    expect(state).toBe("throttled");
    expect(evidence.join()).toContain(BOGON);
  });

  it("of 198.18.0.0/15 is a bypass tool's, and never a block", () => {
    const fake = { ...NOWHERE, addresses: ["198.18.0.7"], bogons: ["198.18.0.7"] };
    expect(withLookUps(judged("ok"), seen([fake, KNOWN], [at("198.18.0.7", "proven")])).state).toBe(
      "invalid",
    );
    expect(withLookUps(judged("down"), seen([fake, KNOWN])).state).toBe("insufficient");
  });
});

describe("two name servers that lead to networks apart", () => {
  it("are a block where the system's leads to another's certificate, and the second's is proven", () => {
    for (const state of ["insufficient", "ok"] as const)
      expect(withLookUps(judged(state), seen([ASTRAY, KNOWN], [at(WRONG, "another"), PROVEN]))).toMatchObject(
        {
          ...{ state: "blocked", mechanisms: ["dns.inconsistent"], confidence: 0.8 },
        },
      );
    const door = seen([ASTRAY, KNOWN], [at(WRONG, "another"), PROVEN], [WRONG]);
    expect(withLookUps(judged("insufficient"), door).state).toBe("insufficient");
  });

  it("leave it open where nothing answers at the system's: the address may be blocked, or down", () => {
    const silent = seen([ASTRAY, KNOWN], [at(WRONG, "silent"), PROVEN]);
    expect(withLookUps(judged("down"), silent)).toMatchObject({ state: "insufficient", mechanisms: [] });
  });

  it.each([
    ["both prove the name", [at(WRONG, "proven"), PROVEN]],
    ["neither does", [at(WRONG, "another"), at(RIGHT, "another")]],
    ["the system's does not tell", [at(WRONG, "unclear"), PROVEN]],
  ] as const)("say nothing where %s", (_, found) => {
    expect(withLookUps(judged("ok"), seen([ASTRAY, KNOWN], found)).state).toBe("ok");
  });

  it("say nothing in one network, whose servers hold many names", () => {
    const near = { ...ASTRAY, addresses: ["93.184.1.1"] };
    const found = [at("93.184.1.1", "another"), PROVEN];
    expect(withLookUps(judged("insufficient"), seen([near, KNOWN], found)).state).toBe("insufficient");
  });

  it("are told of unless the system's proved to be right", () => {
    const said = (is: Found["is"]) =>
      withLookUps(judged("throttled"), seen([ASTRAY, KNOWN], [at(WRONG, is)])).evidence;
    expect(said("unclear")[1]).toContain(`${RIGHT}; the system's: ${WRONG}`);
    expect(said("proven")).toHaveLength(1);
  });
});

it("says that an answer may be forged where one query got two that contradict each other", () => {
  const lookUps = [
    { ...KNOWN, laterAnswers: [WRONG] },
    { resolver: "system", addresses: [RIGHT] },
  ] as const;
  const { evidence } = withLookUps(judged("ok"), seen(lookUps));
  expect(evidence[1]).toMatch(/93\.184\.216\.34; then 83\.224\.65\.41.*may be forged/);
});

it("says all of it in Russian", () => {
  const fake = { ...NOWHERE, addresses: ["198.18.0.7"], bogons: ["198.18.0.7"] };
  const failing = { ...UNKNOWN, failure: "dns_temporary_failure" };
  const contradicted = { ...KNOWN, laterAnswers: [WRONG] };
  const notes = [
    ...[seen([UNKNOWN, contradicted]), seen([failing, KNOWN]), seen([UNKNOWN], []), seen([ASTRAY], [])].map(
      judgeNoAddress,
    ),
    judgeNoAddress(seen([UNKNOWN, KNOWN], [PROVEN], [])),
    ...[
      ...[
        seen([NOWHERE], []),
        seen([NOWHERE, KNOWN]),
        seen([NOWHERE, { ...NOWHERE, resolver: "second" }], []),
      ],
      ...[
        seen([NOWHERE, KNOWN], [PROVEN], []),
        seen([fake, KNOWN]),
        seen([fake], [at("198.18.0.7", "proven")]),
      ],
      ...[
        seen([ASTRAY, KNOWN], [at(WRONG, "another"), PROVEN]),
        seen([ASTRAY, KNOWN], [at(WRONG, "silent"), PROVEN]),
      ],
      seen([ASTRAY, KNOWN], []),
    ].map((one) => withLookUps(judged("down", "no byte moved at all"), one)),
  ];
  for (const sentence of notes.flatMap(({ evidence }) => evidence)) {
    const { text, isKnown } = evidenceInRussian(sentence);
    expect(isKnown, sentence).toBe(true);
    expect(text.replace(/news\.example|dns_[a-z_]+|--resolver|--connect/g, "")).not.toMatch(/[A-Za-z]/);
  }
});
