/** Russian of an incident's sentences: nothing English is left in what is said to be known, and numbers stay. */
import { describe, expect, it } from "vitest";
import { ANSWERS, type Question } from "../attribution/questions.ts";
import { breakerOf } from "../attribution/tie-breaker.ts";
import { saidInRussian } from "./evidence.ts";

const ENGLISH_WORD = /\b(?!AS\d|BGP|SIMULATED|twitter|com|kremlin|ru)[a-z]{3,}\b/i;

describe("an incident's evidence in Russian", () => {
  it.each([
    ["the 8 affected names lie in 3 hosting networks", "затронуто: 8 имён в 3 сети хостинга"],
    [
      "only one name is affected; 12 other names of AS12389 went as ever from the same networks (seen from 4 places)",
      "затронуто только одно имя; ещё 12 имён в AS12389 из тех же сетей работали как всегда (видно из 4 мест)",
    ],
    [
      "the users of 1 networks are affected; 21 others had no trouble (40 attempts)",
      "затронуты пользователи 1 сети; у пользователей ещё 21 сети всё работало (попыток: 40)",
    ],
    [
      "38 of 40 failures were cut after the hello",
      "38 из 40 неудач: соединение было оборвано после приветствия",
    ],
    [
      "round trips took 55.2 ms in the median, 48 ms the day before",
      "время отклика: медиана 55,2 мс, накануне 48 мс",
    ],
    ["twitter.com: trouble in 12 of 40 attempts", "twitter.com: трудности в 12 из 40 попыток"],
    ["it is of kind outage; it was seen from everywhere", "это отказ; видно отовсюду"],
    [
      "how many use it, by country or network; when it began",
      "сколько людей этим пользуется, по странам или сетям; когда это началось",
    ],
  ])("%s", (english, russian) => {
    expect(saidInRussian(english)).toEqual({ text: russian, isKnown: true });
  });

  it("says each missing measurement", () => {
    for (const question of Object.keys(ANSWERS) as Question[])
      for (const a of ANSWERS[question])
        for (const b of ANSWERS[question]) {
          const { text, isKnown } = saidInRussian(breakerOf(question, [a, b]));
          expect(isKnown, breakerOf(question, [a, b])).toBe(true);
          expect(text).not.toMatch(ENGLISH_WORD);
        }
  });

  it("leaves what it does not know as it is, but for its numbers", () => {
    expect(saidInRussian("something new at 1.5 Mbit/s")).toEqual({
      ...{ text: "something new at 1,5 Мбит/с", isKnown: false },
    });
  });
});
