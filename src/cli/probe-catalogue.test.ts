import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pluralOf, russianQuantities } from "../base/russian/quantity.ts";
import { ORIGINS, SLOWNESS, STATES } from "../observation/vocabulary.ts";
import {
  catalogueOf,
  evidenceIn,
  headline,
  intentLines,
  LANGUAGES,
  notEnough,
  patienceLine,
  readLanguage,
  ruledOutIn,
  slownessWord,
  stateWord,
} from "./probe-catalogue.ts";
import type { ProbeVerdict } from "./probe-record.ts";

const BASE: ProbeVerdict = {
  type: "verdict",
  measurementId: "1",
  time: "2026-11-25T20:00:00.000Z",
  target: "twitter.com",
  state: "throttled",
  mechanisms: ["tls.throttle.sni"],
  rateBps: 146_000,
  targetBps: 140_000,
  controlBps: 12_340_000,
  confidence: 0.95,
  evidence: ["not enough measurements to say (7 of 20 needed)"],
  ruledOut: [],
  bytes: 1,
  seconds: 1,
  methodVersion: "1",
  origin: "measured",
};
const said = (change: Partial<ProbeVerdict>, language: "en" | "ru" = "en"): string =>
  headline({ ...BASE, ...change }, language);

describe("A headline in English", () => {
  it("quotes no speed as a limit where its rate could not be told", () => {
    const { rateBps: _, ...untold } = { ...BASE, slowness: "policed" as const, direction: "down" as const };
    expect(headline(untold, "en")).toBe(
      "twitter.com is throttled: policed, downloads, at a rate that could not be told; its transfers moved at 140 kbit/s, " +
        "while the control reached 12.3 Mbit/s",
    );
    expect(headline(untold, "ru")).toMatch(
      /но до какого уровня — установить не удалось; передачи шли со скоростью 140 кбит\/с/,
    );
  });

  it.each<[Partial<ProbeVerdict>, string]>([
    [
      { slowness: "policed", direction: "both" },
      "twitter.com is throttled: policed at 146 kbit/s, both ways, while the control reached 12.3 Mbit/s",
    ],
    [
      { direction: "up", confidence: 0.8 },
      "twitter.com is probably throttled: held at 146 kbit/s, uploads, while the control reached 12.3 Mbit/s",
    ],
    [
      { slowness: "undecided", direction: "down", confidence: 0.3 },
      "twitter.com is perhaps throttled: held at 146 kbit/s, downloads, while the control reached 12.3 Mbit/s",
    ],
    [{ slowness: "delayed" }, "twitter.com is throttled: its handshake is delayed"],
    [{ state: "blocked", slowness: "frozen" }, "twitter.com is blocked: transfers freeze"],
    [{ state: "blocked", mechanisms: ["tls.reset.sni"] }, "twitter.com is blocked (tls.reset.sni)"],
    [{ state: "blocked", mechanisms: [] }, "twitter.com is blocked (no mechanism seen)"],
    [{ state: "down", confidence: 0.6 }, "twitter.com is perhaps down, as seen from here"],
    [{ state: "ok" }, "twitter.com is not throttled: 140 kbit/s, while the control reached 12.3 Mbit/s"],
    [
      { state: "ok", slowness: "shaped" },
      "twitter.com is not throttled: slow for everything (140 kbit/s, while the control reached 12.3 Mbit/s)",
    ],
    [
      { state: "invalid", evidence: ["a VPN: end it and measure again"] },
      "twitter.com: nothing can be said from here (invalid): a VPN: end it and measure again",
    ],
    [
      { state: "insufficient" },
      "twitter.com: cannot tell (insufficient): not enough measurements to say (7 of 20 needed)",
    ],
  ])("of %j", (change, expected) => {
    expect(said(change)).toBe(expected);
    expect(said({ ...change, origin: "simulated" })).toBe(`SIMULATED: ${expected}`);
  });
});

describe("A headline in Russian", () => {
  it.each<[Partial<ProbeVerdict>, string]>([
    [
      { slowness: "policed", direction: "both" },
      "Доступ к twitter.com замедлен в обе стороны: скорость ограничена до 146 кбит/с, лишние пакеты отбрасываются, тогда как контрольная передача достигла 12,3 Мбит/с",
    ],
    [
      { confidence: 0.8, direction: "down" },
      "Доступ к twitter.com, вероятно, замедлен при скачивании: скорость держится на уровне 146 кбит/с, тогда как контрольная передача достигла 12,3 Мбит/с",
    ],
    [{ slowness: "delayed" }, "Доступ к twitter.com замедлен: установление соединения задерживается"],
    [{ state: "blocked", slowness: "frozen" }, "Доступ к twitter.com заблокирован: передача данных замирает"],
    [
      { state: "blocked", mechanisms: ["tls.reset.sni"] },
      "Доступ к twitter.com заблокирован (tls.reset.sni)",
    ],
    [{ state: "down", confidence: 0.6 }, "twitter.com, возможно, не работает, если смотреть отсюда"],
    [
      { state: "ok" },
      "Доступ к twitter.com не замедлен: 140 кбит/с, контрольная передача достигла 12,3 Мбит/с",
    ],
    [
      { state: "insufficient" },
      "twitter.com: определить не удалось (insufficient): недостаточно измерений, чтобы сделать вывод (7 из 20 нужных)",
    ],
  ])("of %j", (change, expected) => {
    expect(said(change, "ru")).toBe(expected);
    expect(said({ ...change, origin: "simulated" }, "ru")).toBe(`SIMULATED (симуляция): ${expected}`);
  });
});

describe("Every state and slowness", () => {
  const all = STATES.flatMap((state) =>
    [undefined, ...SLOWNESS].map((slowness) => [state, slowness] as const),
  );

  it.each(all)("%s, %s has a sentence in both languages", (state, slowness) => {
    for (const language of LANGUAGES) {
      for (const origin of ORIGINS) {
        const verdict = { ...BASE, state, origin, ...(slowness ? { slowness } : {}) };
        const sentence = headline(verdict, language);
        expect(sentence).toContain("twitter.com");
        expect(sentence).not.toMatch(/undefined|NaN|\s{2}|\bnull\b/);
        expect(sentence.includes("SIMULATED")).toBe(origin === "simulated");
        const withoutTerms = sentence.replace(
          /twitter\.com|SIMULATED|\((insufficient|invalid)\)|[a-z]+(\.[a-z]+)+/g,
          "",
        );
        if (language === "ru") expect(withoutTerms).not.toMatch(/[A-Za-z]|\d\.\d/);
      }
    }
  });

  it("has a word", () => {
    expect(STATES.map((state) => stateWord(state, "en"))).toEqual(STATES);
    expect(SLOWNESS.map((slowness) => slownessWord(slowness, "en"))).toEqual(SLOWNESS);
    for (const state of STATES) expect(stateWord(state, "ru")).toMatch(/^[а-яё ]+$/);
    const words = SLOWNESS.map((slowness) => slownessWord(slowness, "ru"));
    for (const word of words) expect(word).toMatch(/^[а-яё ]+$/);
    expect(new Set(words).size).toBe(SLOWNESS.length);
  });
});

describe("The consent", () => {
  const intent = {
    contacts: [{ place: "twitter.com", role: "target" }] as const,
    ...{ budgetBytes: 20e6, budgetSeconds: 30, explains: true },
  };

  it("is in English what it was", () => {
    expect(intentLines(intent, "en")).toEqual([
      "This measurement will contact:",
      "  twitter.com (target)",
      "It moves at most 20.0 MB for each target and takes at most 30 s. Nothing is sent to anybody else.",
      "Beside the target's name a made-up one is sent, such as kwuzrboenh.org, to tell whether the name matters.",
      "Control sites are also asked for their first page, encrypted and in clear text, and your name server for every name here.",
      "Whoever watches your line can see the names that are asked for, and that they are asked for again and again. In some",
      "countries measuring censorship is risky: do not go on where that could harm you.",
      "--explain also sends hellos in shapes that get past filters: to an observer that looks like evasion.",
    ]);
  });

  it("says of several targets what they come to in all, and of a diary what a day does", () => {
    const target = { place: "x.test", role: "target" } as const;
    const three = { ...intent, contacts: [target, target, target], dailyBytes: 200e6 };
    expect(intentLines(three, "en").slice(4, 6)).toEqual([
      "It moves at most 20.0 MB for each target and takes at most 30 s for each: with 3 targets at most 60.0 MB and 2 min in all. Nothing is sent to anybody else.",
      "It is measured again and again, with at most 200 MB a day.",
    ]);
    expect(intentLines(three, "ru").slice(4, 6).join(" ")).toMatch(/целей 3: не больше 60,0 МБ.* 200 МБ/);
  });

  it("of --patient is said again before it waits", () => {
    const at = Date.UTC(2026, 10, 26, 23, 50);
    expect(patienceLine(920, at, "en")).toMatch(/^--patient: .* takes up to 16 min, until 00:05 UTC$/);
    expect(patienceLine(920, at, "ru")).toMatch(/займёт до 16 мин, до 00:05 UTC$/);
  });

  it("says all of it in Russian", () => {
    const lines = intentLines(intent, "ru");
    expect(lines[1]).toBe("  twitter.com (цель)");
    expect(lines[2]).toContain("не больше 20,0 МБ на каждую цель");
    expect(lines.join(" ")).toContain("странах измерять цензуру рискованно");
    expect(lines.at(-1)).toContain("--explain");
    expect(intentLines({ ...intent, explains: false }, "ru").join(" ")).not.toContain("--explain");
  });
});

describe("Evidence in Russian", () => {
  it.each([
    [
      "not enough measurements to say (1 of 6 pairs)",
      "недостаточно измерений, чтобы сделать вывод (1 из 6 пар)",
    ],
    [
      "6 of 6 flows with the target's name moved at 141 kbit/s of payload (138 kbit/s to 1.44 Mbit/s), evenly, after the first 450 bytes",
      "6 из 6 потоков с именем цели шли со скоростью 141 кбит/с полезных данных (от 138 кбит/с до 1,44 Мбит/с), равномерно, после первых 450 байт",
    ],
    [
      "download against a neutral name to the same control server: 141 kbit/s beside nothing (medians of 6 and 1 whole flow, first burst included; below 1/2 in 6 of 6 pairs)",
      "скачивание в сравнении с нейтральным именем к тому же контрольному серверу: 141 кбит/с и ничего (медианы 6 и 1 целого потока вместе с первой пачкой; ниже 1/2 в 6 из 6 пар)",
    ],
    [
      "handshakes with the target's name took 1.52 s instead of 40.0 ms, at least 5 times as long in 4 of 4 pairs",
      "установление соединения с именем цели длилось 1,52 с вместо 40,0 мс, не менее чем в 5 раз дольше в 4 из 4 пар",
    ],
    [
      "no byte for ten seconds after 16.0 kB, 16.1 kB, in 2 of 3 flows: a freeze, not a rate",
      "ни одного байта за десять секунд после 16,0 кБ, 16,1 кБ, в 2 из 3 потоков: это замирание, а не ограничение скорости",
    ],
    [
      "The default route leads through tun0, which looks like a VPN: end it and measure again",
      "маршрут по умолчанию ведёт через tun0, это похоже на VPN: завершите это и повторите измерение",
    ],
    [
      "xray runs on this machine and may have carried these connections past a throttle: end it and measure again",
      "на этой машине работает xray, и эти соединения могли пройти через эту программу мимо замедления: завершите её и повторите измерение",
    ],
    [
      "The route to the control server leads through wg0, which looks like a VPN: end it and measure again",
      "маршрут к контрольному серверу ведёт через wg0, это похоже на VPN: завершите это и повторите измерение",
    ],
    [
      "the certificate is not trusted (ssl_invalid_hostname): the clock, somebody in between, or the server itself; --insecure goes on all the same",
      "сертификату нельзя доверять (ssl_invalid_hostname): дело в часах, в ком-то посередине или в самом сервере; с --insecure измерение продолжится",
    ],
    [
      "uploads were not measured: this machine does not say how much of them arrived",
      "отправка не измерялась: эта машина не сообщает, сколько из отправленного дошло",
    ],
  ])("says %s", (english, russian) => {
    expect(evidenceIn(english, "ru")).toBe(russian);
    expect(evidenceIn(english, "en")).toBe(english);
  });

  it("keeps a sentence that it does not know, with its numbers the Russian way", () => {
    expect(evidenceIn("something new at 1.5 Mbit/s from 192.0.2.1", "ru")).toBe(
      "something new at 1,5 Мбит/с from 192.0.2.1",
    );
  });

  it("names what was ruled out", () => {
    const ruledOut = { explanation: "slow server", because: "the same server is fast under another name" };
    expect(ruledOutIn(ruledOut, "en")).toBe("not a slow server: the same server is fast under another name");
    expect(ruledOutIn(ruledOut, "ru")).toBe(
      "не медленный сервер: тот же сервер под другим именем отвечает быстро",
    );
  });

  it("is lost for no sentence, and takes no time for hostile ones", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => evidenceIn(text, "ru").length >= 0));
    const hostile = `the name ${"a has no address from here (".repeat(70)}`;
    const started = performance.now();
    evidenceIn(hostile, "ru");
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("What is said beside a verdict", () => {
  it.each(LANGUAGES)(
    "is said in %s: where the report lies, and what became of it at a collector",
    (language) => {
      const { report, submitted, notSubmitted } = catalogueOf(language);
      const said = [report("/a"), submitted("c.example", "20261127", "T0"), notSubmitted("refused")].join(
        "\n",
      );
      expect(said).toMatch(/\/a\n.*c\.example.*20261127.*T0\n.*refused/);
      expect(submitted("c.example", undefined, undefined)).not.toMatch(/undefined/);
      if (language === "ru") expect(said.replace(/\/a|c\.example|T0|refused/g, "")).not.toMatch(/[A-Za-z]/);
    },
  );
});

describe("Numbers in Russian", () => {
  it.each([
    ["1.49 Mbit/s", "1,49 Мбит/с"],
    ["1 bytes, 2 bytes, 11 bytes, 21 bytes", "1 байт, 2 байта, 11 байт, 21 байт"],
    ["20.0 MB in 12.5 s", "20,0 МБ in 12,5 с"],
    ["450 µs", "450 мкс"],
    ["192.0.2.1 and v1.2.3 and 3 seconds and 1.2.3 s", "192.0.2.1 and v1.2.3 and 3 seconds and 1.2.3 s"],
  ])("%s", (english, russian) => {
    expect(russianQuantities(english)).toBe(russian);
  });

  it("decline their nouns", () => {
    const forms = [0, 1, 2, 5, 11, 12, 21, 22, 25, 101, 111].map((n) => pluralOf(n, "один", "два", "пять"));
    expect(forms.join(" ")).toBe("пять один два пять пять пять один два пять один пять");
    expect(notEnough(7, 20, "ru")).toBe("недостаточно измерений, чтобы сделать вывод (7 из 20 нужных)");
    expect(notEnough(7, 20, "en")).toBe("not enough measurements to say (7 of 20 needed)");
  });
});

describe("The language", () => {
  it.each([
    ["ru", {}, "ru"],
    ["en", { LANG: "ru_RU.UTF-8" }, "en"],
    [undefined, { LANG: "ru_RU.UTF-8" }, "ru"],
    [undefined, { LANG: "ru" }, "ru"],
    [undefined, { LANG: "ru_RU.UTF-8", LC_ALL: "C" }, "en"],
    [undefined, { LANG: "en_GB.UTF-8", LC_ALL: "ru_UA.UTF-8" }, "ru"],
    [undefined, { LANG: "run_RN" }, "en"],
    [undefined, { LC_ALL: "", LANG: "de_DE" }, "en"],
    [undefined, {}, "en"],
  ] as const)("of %s and %j is %s", (flag, environment, language) => {
    expect(readLanguage(flag, environment)).toBe(language);
  });

  it("is none that is not there", () => {
    expect(() => readLanguage("de", {})).toThrow("--lang: 'de' is not known; there are: en, ru");
  });
});
