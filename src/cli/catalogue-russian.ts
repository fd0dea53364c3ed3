/** What `probe` says in Russian. */

import { pluralOf, russianNumber, russianQuantities } from "../base/russian/quantity.ts";
import { formatBytes, formatRate } from "../base/units.ts";
import type { Slowness } from "../observation/vocabulary.ts";
import { explanationInRussian, inRussian } from "../verdict/russian/evidence.ts";
import type { Catalogue, HeadlineParts, Sureness } from "./probe-catalogue.ts";

const rate = (bps: number): string => russianQuantities(formatRate(bps));
const size = (bytes: number): string => russianQuantities(formatBytes(bytes));

const SURE: Readonly<Record<Sureness, string>> = {
  certain: "",
  probable: ", вероятно,",
  possible: ", возможно,",
};
const WAYS = { both: " в обе стороны", up: " при отправке", down: " при скачивании" } as const;

/** "ограничена до R" fits after "скорость"; what holds no rate names the speed that was reached. */
const HELD: Readonly<Record<Slowness, (rate: string) => string>> = {
  policed: (limit) => `скорость ограничена до ${limit}, лишние пакеты отбрасываются`,
  shaped: (limit) => `скорость ограничена до ${limit}, лишние пакеты задерживаются`,
  lossy: (speed) => `скорость ${speed}, пакеты теряются случайным образом`,
  congested: (speed) => `скорость ${speed}, канал перегружен`,
  frozen: (speed) => `скорость ${speed}, передача замирает`,
  delayed: () => "установление соединения задерживается",
  "receiver-limited": (speed) => `скорость ${speed}, её ограничивает получатель`,
  "sender-limited": (speed) => `скорость ${speed}, её ограничивает отправитель`,
  unimpeded: (speed) => `скорость ${speed}`,
  undecided: (limit) => `скорость держится на уровне ${limit}`,
};

/** The same where the rate of the limit could not be told. */
const UNTOLD: Partial<Record<Slowness, string>> & { readonly undecided: string } = {
  policed: "скорость ограничена, лишние пакеты отбрасываются",
  shaped: "скорость ограничена, лишние пакеты задерживаются",
  undecided: "скорость ограничена",
};

function beside({ controlBps }: HeadlineParts): string {
  return controlBps === undefined ? "" : `, тогда как контрольная передача достигла ${rate(controlBps)}`;
}

export const RUSSIAN: Catalogue = {
  simulated: "SIMULATED (симуляция): ",
  headline: {
    throttled: (parts) => {
      const { target, sure, slowness = "undecided", rateBps, targetBps, direction } = parts;
      const start = `Доступ к ${target}${SURE[sure]} замедлен`;
      if (slowness === "delayed") return `${start}: ${HELD.delayed("")}`;
      const way = direction ? WAYS[direction] : "";
      if (rateBps === undefined)
        return `${start}${way}: ${UNTOLD[slowness] ?? UNTOLD.undecided}, но до какого уровня — установить не удалось; передачи шли со скоростью ${rate(targetBps)}${beside(parts)}`;
      return `${start}${way}: ${HELD[slowness](rate(rateBps))}${beside(parts)}`;
    },
    blocked: ({ target, sure, slowness, mechanisms }) => {
      const start = `Доступ к ${target}${SURE[sure]} заблокирован`;
      return slowness === "frozen"
        ? `${start}: передача данных замирает`
        : `${start} (${mechanisms.join(", ") || "механизм не установлен"})`;
    },
    down: ({ target, sure }) => `${target}${SURE[sure]} не работает, если смотреть отсюда`,
    ok: (parts) => {
      const speeds = `${rate(parts.targetBps)}${parts.controlBps === undefined ? "" : `, контрольная передача достигла ${rate(parts.controlBps)}`}`;
      return parts.slowness === undefined
        ? `Доступ к ${parts.target} не замедлен: ${speeds}`
        : `Доступ к ${parts.target} не замедлен отдельно: здесь медленно всё (${speeds})`;
    },
    invalid: ({ target, because }) => `${target}: отсюда ничего сказать нельзя (invalid): ${because}`,
    insufficient: ({ target, because }) => `${target}: определить не удалось (insufficient): ${because}`,
  },
  states: {
    ok: "не замедлен",
    throttled: "замедлен",
    blocked: "заблокирован",
    down: "не работает",
    insufficient: "недостаточно измерений",
    invalid: "измерение непригодно",
  },
  slowness: {
    policed: "ограничение с отбрасыванием пакетов",
    shaped: "ограничение с задержкой пакетов",
    lossy: "случайные потери",
    congested: "перегрузка",
    frozen: "замирание передачи",
    delayed: "задержка соединения",
    "receiver-limited": "ограничено получателем",
    "sender-limited": "ограничено отправителем",
    unimpeded: "без ограничений",
    undecided: "не определено",
  },
  intent: {
    contacts: "Это измерение обратится к:",
    roles: {
      target: "цель",
      "stand-in": "получит соединения, предназначенные целям (--connect)",
      resolver: "сервер имён: у него тоже спрашивают имена целей; --resolver none: ни у кого",
      server: "контрольный сервер",
      site: "контрольный сайт",
      collector: "сборщик: получит отчёт",
    },
    bounds: (bytes, seconds, targets) =>
      `Будет передано не больше ${size(bytes)} на каждую цель, измерение каждой займёт не больше ${seconds} с${targets > 1 ? `; всего целей ${targets}: не больше ${size(targets * bytes)} и ${Math.ceil((targets * seconds) / 60)} мин` : ""}. Больше никому ничего не отправляется.`,
    diary: (bytes) => `Измерение повторяется снова и снова, в день не больше ${size(bytes)}.`,
    risk: [
      "Кроме имени цели отправляется выдуманное, например kwuzrboenh.org: так видно, в имени ли дело.",
      "У контрольных сайтов спрашивается и первая страница, с шифрованием и открыто, а у вашего сервера имён — каждое имя отсюда.",
      "Тот, кто наблюдает за вашим подключением, видит имена, к которым идут обращения, и то, что они повторяются. В некоторых",
      "странах измерять цензуру рискованно: не продолжайте, если это может вам навредить.",
    ],
    explains:
      "--explain отправляет также приветствия TLS в виде, который проходит мимо фильтров: для наблюдателя это похоже на обход блокировок.",
    question: "Продолжить? [д/Н] ",
  },
  notEnough: (have, needed) => inRussian(`not enough measurements to say (${have} of ${needed} needed)`),
  evidence: inRussian,
  ruledOut: (explanation, because) => `не ${explanationInRussian(explanation)}: ${inRussian(because)}`,
  confidence: (confidence) => `уверенность ${russianNumber(confidence.toFixed(2))}`,
  patience: (minutes, until) =>
    `--patient: как долго помнится соединение, по которому ничего не передают; займёт до ${minutes} мин, до ${until}`,
  moved: (bytes, seconds) => `передано ${size(bytes)} за ${russianNumber(seconds.toFixed(1))} с`,
  live: ({ target, control, transfers, bytes, seconds }) =>
    `${russianQuantities(target)}, контроль ${russianQuantities(control)}; передач: ${transfers}, ${size(bytes)}, ${seconds.toFixed(0)} с`,
  found: {
    trigger: (where, pattern, connections) => {
      const what =
        where === "host"
          ? "Host в открытом запросе HTTP"
          : pattern === undefined
            ? "имя в приветствии TLS (SNI)"
            : `${pattern} в SNI`;
      return `срабатывает на: ${what} (${connections} ${pluralOf(connections, "соединение", "соединения", "соединений")})`;
    },
    place: (what, hop) =>
      `место: ${what === "throttler" ? "замедляющее" : "блокирующее"} устройство на узле ${hop} пути`,
    bypass: (past, not) =>
      past.length === 0
        ? `ничто из испробованного не проходит мимо: ${not.join(", ")}`
        : `проходит мимо: ${past.join(", ")}${not.length === 0 ? "" : `; не проходит: ${not.join(", ")}`}`,
  },
  columns: [
    ...["против", "куда", "сторона", "имя", "потоки", "передано в каждом"],
    ...["скорость всего потока: медиана, размах", "ошибки"],
  ],
  cells: {
    comparisons: {
      "same-address": "тот же адрес",
      "control-server": "контрольный сервер",
      inverted: "инвертированные байты",
      site: "другой сайт",
    },
    directions: { down: "скачивание", up: "отправка" },
    roles: { target: "цель", control: "контроль", lookalike: "похожее имя" },
    looks: (role) => `${role}, проверки`,
    speed: rate,
    range: (low, high) => `от ${low} до ${high}`,
    size,
    tooSmall: "слишком мало, чтобы судить",
  },
  report: (path) => `отчёт: ${path}`,
  submitted: (to, uid, token) =>
    `отправлено на ${to}${uid === undefined ? "" : `, номер ${uid}`}${token === undefined ? "" : `; чтобы удалить: ${token}`}`,
  notSubmitted: (why) => `не отправлено: ${why}`,
};
