/** The Russian catalogue. */
import { incident } from "./russian-incident.ts";
import { overview } from "./russian-overview.ts";
import { pairs } from "./russian-pairs.ts";
import type { Words } from "./shape.ts";

export const russian: Words = {
  frame: {
    from: "С",
    until: "до",
    skip: "К содержанию",
    pages: "Страницы",
    waiting: "Спрашиваем сервер…",
    failed: (because) => `Сервер не смог ответить: ${because}`,
    noPage: "Такой страницы нет.",
    nothing: "Здесь ничего не измеряли.",
    light: "Светлая тема",
    dark: "Тёмная тема",
    footer: "Ни к каким другим серверам страница не обращается. Те же данные для программ:",
  },
  pages: { overview: "Обзор", incidents: "Инциденты", targets: "Цели", networks: "Сети" },
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
    absent: "не измеряли",
  },
  incident,
  overview,
  pairs,
};
