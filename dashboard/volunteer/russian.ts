/** What the volunteer's page says, in Russian. */

import { pluralOf, russianQuantities } from "../../src/base/russian/quantity.ts";
import { formatBytes, formatRate } from "../../src/base/units.ts";
import type { Who } from "./english.ts";
import type { Spoiled } from "./load.ts";
import type { Words } from "./words.ts";

const size = (bytes: number): string => russianQuantities(formatBytes(bytes));
const rate = (bps: number): string => russianQuantities(formatRate(bps));
const times = (count: number): string => `${count} ${pluralOf(count, "раз", "раза", "раз")}`;
const loadsOf = (count: number): string => `${count} ${pluralOf(count, "загрузки", "загрузок", "загрузок")}`;

const WHO: Readonly<Record<Who, string>> = {
  target: "проверяемый объект",
  control: "объект для сравнения",
  lookalike: "объект с похожим именем",
};
const WHOSE: Readonly<Record<Who, string>> = {
  target: "проверяемого объекта",
  control: "объекта для сравнения",
  lookalike: "объекта с похожим именем",
};
const SPOILED: Readonly<Record<Spoiled, (detail: string) => string>> = {
  cached: () => "он пришёл из кеша, а не по сети",
  "too-fast": () => "он пришёл быстрее, чем может сеть: из кеша, либо это другой объект",
  redirect: () => "сервер отправил браузер по другому адресу",
  size: (detail) => `его размер изменился (${detail} байт)`,
  picture: (detail) => `теперь это другая картинка (${detail} пикселей)`,
  status: (detail) => `сервер ответил ${detail}`,
};

export const russian: Words = {
  title: "Замедляют ли это здесь?",
  lead: "Эта страница загружает объект с сайта и вперемежку с ним другой, для сравнения, и показывает, с какой скоростью пришёл каждый. Ничего не устанавливается. Пока вы не нажмёте кнопку ниже, ничего не происходит.",
  language: "Язык",
  simulated: "SIMULATED (симуляция)",
  simulatedNote:
    "Эти объекты находятся на этой же машине, в лаборатории: о мире результат ничего не говорит.",
  failedPlan: (because) => `Тест начать нельзя: ${because}`,
  consent: {
    heading: "Что произойдёт",
    choose: "Проверить",
    contacts: "Ваш браузер загрузит, каждый по нескольку раз:",
    object: (host, bytes, count) => `${host}: ${size(bytes)}, ${times(count)}`,
    cookies: "с теми cookie, которые браузер хранит для этого сайта",
    bytes: (bytes) => `Вместе не больше ${size(bytes)} вашего трафика.`,
    budget: "Остановиться на (МБ)",
    risk: "Это может быть рискованно. Провайдер видит, что вы за короткое время несколько раз обращаетесь к этим сайтам, как видит любой сайт, который вы открываете. В некоторых странах кому-то может быть важно, что вы их проверяете. Если сомневаетесь, не начинайте.",
    sent: "На этот сервер, и только по первой кнопке, уйдут: время, скорости и вывод из них; страна и сеть не указываются. Сервер хранит первые три части вашего адреса IPv4 (у IPv6 меньше), но никогда не весь адрес. Вы получите токен, который всё это удаляет.",
    takesNone: (because) => `Этот сервер результатов не принимает: ${because}.`,
    startAndSend: "Начать и отправить результат на этот сервер",
    start: "Начать, а результат оставить здесь",
    nothing: "Сначала выберите, что проверить.",
  },
  run: {
    heading: "Тест идёт",
    load: (who, host, round, rounds) => `Круг ${round} из ${rounds}: ${WHO[who]} (${host})`,
    elapsed: (seconds) => `${seconds.replace(".", ",")} с`,
    soFar: (bytes, bps) => `пришло ${size(bytes)}, ${rate(bps)}`,
    unseen: "сколько уже пришло, увидеть нельзя",
    loads: "Ход теста",
    stop: "Остановить",
    log: "Что уже загружено",
  },
  result: {
    heading: "Результат",
    throttled: (target, speed, control) =>
      `Здесь доступ к ${target} замедлен: ${speed}, тогда как объект для сравнения достиг ${control}.`,
    ok: (target, speed, control) =>
      `Здесь доступ к ${target} не замедлен: ${speed}, объект для сравнения – ${control}.`,
    insufficient: (target, because) => `${target}: сказать нельзя. ${because}`,
    stopped: "Вы остановили тест. Вывода нет, ничего не отправлено.",
    onePair:
      "Это один короткий тест в одном браузере. Он не говорит, кто замедляет, где и по какому признаку; это скажут результаты многих людей или brakelight probe.",
    over: (host, state, speed) => `Похожее имя (${host}): ${speed}, ${state}.`,
    overStates: {
      throttled: "тоже замедлено: правило задевает не только свою цель",
      ok: "не замедлено",
      insufficient: "и вопрос остаётся открытым",
    },
    noSpeed: "скорости нет",
    again: "К началу",
    moved: (bytes) => `Загружено не больше ${size(bytes)}.`,
  },
  table: {
    caption: "Каждая загрузка в том порядке, в котором шла",
    columns: ["Круг", "Объект", "Время", "Скорость", "Что пришло"],
  },
  outcome: {
    whole: "целиком",
    wholeUnseen: "целиком; размер взят из списка, браузер его не видит",
    part: (bytes) => `время вышло после ${size(bytes)}`,
    failed: "загрузить не удалось; почему, браузер не говорит",
    late: "время вышло; пришло ли что-нибудь, увидеть нельзя",
    stopped: "остановлено",
  },
  spoiled: (why, detail) => SPOILED[why](detail),
  who: (who) => WHO[who],
  rate,
  seconds: (ms) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1).replace(".", ",")} с`,
  how: {
    cors: "Байты считались по мере поступления и сверены с размером из списка.",
    image: "Картинка раскодирована до конца, её ширина и высота те же, что в списке; размер взят из списка.",
    time: "Браузер видит только, когда объект закончился и что он пришёл целиком; размер взят из списка.",
  },
  howHeading: "Как это измерено",
  evidence: (count) =>
    `Средние по порядку скорости ${loadsOf(count)}, шедших вперемежку в случайном порядке; время от запроса до последнего байта.`,
  reason: (reason) => {
    switch (reason.kind) {
      case "too-few": {
        const why = reason.end === "budget" ? ": закончился трафик, который вы разрешили" : "";
        return `Недостаточно измерений, чтобы сделать вывод (${reason.have} из ${reason.needed} нужных)${why}.`;
      }
      case "failed":
        if (reason.role === "both")
          return "Ни один объект загрузить не удалось: возможно, дело в вашем соединении.";
        return reason.role === "control"
          ? "Объект для сравнения загрузить не удалось: сравнивать не с чем."
          : "Проверяемый объект загрузить не удалось совсем. Возможно, его удалили, сервер не работает или доступ к нему блокируют: браузер этого не различает.";
      case "late":
        return reason.role === "both"
          ? "Ни один объект не пришёл за отведённое время, и пришло ли что-нибудь, увидеть нельзя."
          : `За отведённое время ${WHO[reason.role]} не пришёл, и пришло ли хоть что-нибудь, увидеть нельзя: очень медленно или никак.`;
      case "frozen":
        return `Загрузка ${WHOSE[reason.role]} остановилась после ${size(reason.bytes)}: десять секунд не приходило ни байта. Это не скорость.`;
      case "spoiled":
        return `Одна загрузка ${WHOSE[reason.role]} не считается: ${SPOILED[reason.why](reason.detail)}.`;
      case "slow-for-everything":
        return "Здесь медленно всё: объект для сравнения идёт так же медленно, и об этом сайте отдельно сказать ничего нельзя.";
      case "control-slow":
        return "Объект для сравнения сам слишком медленный (ниже 400 кбит/с), чтобы показать ограничение.";
      case "below-caps":
        return "Он шёл медленнее любого известного ограничения (10 кбит/с): возможно, он сломан, а не ограничен.";
      case "between":
        return "Он медленнее, но не настолько, чтобы исключить случайность.";
      case "contradict":
        return "Круги противоречат друг другу.";
      case "unseen":
        return "Он пришёл быстро, но браузер не видит, тот ли это объект или страница с ошибкой вместо него.";
    }
  },
  sent: {
    waiting: "Результат отправляется на этот сервер ...",
    kept: "Не отправлено: результат есть только на этой странице.",
    refused: (because) => `Результат не принят: ${because}. То, что написано выше, остаётся в силе.`,
    done: "Отправлено. Этот токен всё удаляет; он показан только здесь и только сейчас:",
    known: "У этого сервера он уже есть.",
    token: "Токен для удаления",
    delete: "Удалить",
    deleting: "Удаляется ...",
    deleted: (count) => `Удалено: ${count} ${pluralOf(count, "запись", "записи", "записей")}.`,
    pending: "Принято: сервер удалит, как только сможет.",
    notDeleted: (because) => `Не удалено: ${because}. Попробуйте позже; токен остаётся в силе.`,
  },
};
