/** The Russian catalogue. */
import { incident } from "./russian-incident.ts";
import { laboratory } from "./russian-laboratory.ts";
import { measurement } from "./russian-measurement.ts";
import { overview } from "./russian-overview.ts";
import { pairs } from "./russian-pairs.ts";
import { rules } from "./russian-rules.ts";
import type { Words } from "./shape.ts";

export const russian: Words = {
  frame: {
    from: "С",
    until: "до",
    skip: "К содержанию",
    pages: "Страницы",
    waiting: "Спрашиваем сервер…",
    working: (because) => `Ещё не посчитано: ${because}. Страница спросит снова сама.`,
    asOf: (time, measurements) => `По состоянию на ${time}, измерений: ${measurements}.`,
    failed: (because) => `Сервер не смог ответить: ${because}`,
    noPage: "Такой страницы нет.",
    nothing: "Здесь ничего не измеряли.",
    light: "Светлая тема",
    dark: "Тёмная тема",
    footer: "Ни к каким другим серверам страница не обращается. Те же данные для программ:",
  },
  pages: { overview: "Обзор", incidents: "Инциденты", targets: "Цели", networks: "Сети" },
  slowness: {
    policed: "лишнее сверх скорости отбрасывают",
    shaped: "лишнее сверх скорости задерживают",
    lossy: "случайные потери",
    congested: "переполнена общая очередь",
    frozen: "заморожено: больше ничего не приходит",
    delayed: "медленно только рукопожатие",
    "receiver-limited": "ограничивает получатель",
    "sender-limited": "ограничивает отправитель",
    unimpeded: "без помех",
    undecided: "не решено",
  },
  picture: {
    simulated: "СИМУЛЯЦИЯ (SIMULATED)",
    simulatedNote: "Всё на этой странице разыграно в лаборатории. Ничего из этого не происходило.",
    asTable: "Показать таблицей",
    embed: "Встроить",
    embedHow: "Вставьте это в свою страницу:",
    whole: "Вся страница",
    firstRows: (shown, all) => `Первые ${shown} строк из ${all}; в CSV все`,
    measurements: (n) => `измерений: ${n}`,
    pairs: (n) => `пар: ${n}`,
    target: (name) => `Цель: ${name}`,
    network: (name) => `Сеть: ${name}`,
    networks: (n) => `Сетей: ${n}`,
    dates: (from, to) => `${from} – ${to} UTC`,
    source: (origin, method) => `Источник: ${origin}, методы Brakelight ${method}`,
    stored: "Источник: измерения этого сервера, оценка Brakelight",
    storedSimulated: "Источник: лаборатория (SIMULATED), оценка Brakelight",
    hour: (time) => `Час с ${time} UTC`,
    transfers: (n) => `передач: ${n}`,
    sourceAlone: (origin) => `Источник: ${origin}`,
    origins: {
      measured: "собственные измерения",
      imported: "загруженные измерения",
      simulated: "лаборатория (SIMULATED)",
    },
  },
  kinds: {
    throttling: "Замедление",
    blocking: "Блокировка",
    outage: "Отказ",
    "general-slowdown": "Общее замедление",
  },
  states: {
    ok: "не замедлено",
    throttled: "замедлено",
    blocked: "заблокировано",
    down: "не работает",
    insufficient: "измерений мало, сказать нельзя",
    invalid: "недействительно: путь был не обычный",
    absent: "не измеряли",
  },
  incident,
  laboratory,
  measurement,
  overview,
  pairs,
  rules,
};
