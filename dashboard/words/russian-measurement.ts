/** Russian of the page about one measurement. */
import type { Words } from "./shape.ts";

export const measurement: Words["measurement"] = {
  heading: (id) => `Измерение ${id}`,
  choose: "К измерениям ведут инциденты и /api/v1/measurements; у каждого свой адрес.",
  bytes: {
    title: (target) => `Как быстро шли данные ${target} и его контроля?`,
    explains:
      "Байты от начала соединения. Сплошная линия: цель, штриховая: контроль. Серым: первая передача цели стояла пять времён оборота или дольше. Тонкая линия: скорость, которой эта передача ограничена, и сколько прошло до этого.",
    target: "цель",
    control: "контроль",
    lookalike: "похожее имя",
    rate: (rate, burst) => `первая передача цели ограничена до ${rate} после ${burst}`,
    choose: "Передачи",
    flows: (comparison, direction, n) => `${comparison}, ${direction}, n = ${n}`,
    comparisons: {
      "same-address": "другое имя по адресу самой цели",
      "control-server": "рядом с контрольным сервером",
      inverted: "те же байты, инвертированные",
      site: "рядом с названным сайтом",
      none: "с чем сравнивали, не указано",
    },
    directions: { down: "скачивание", up: "отправка", none: "направление не указано" },
    columns: {
      role: "роль",
      name: "имя",
      comparison: "сравнение",
      direction: "направление",
      pair: "пара",
      elapsed: "время_мкс",
      bytes: "байты",
    },
  },
  speeds: {
    title: (target) => `Какой скорости достигли ${target} и его контроль?`,
    explains: "Скорость каждой передачи, бит/с. У неудачных попыток указан шаг.",
    failed: (operation, failure) => `неудача: ${operation} ${failure}`,
    noSpeed: "ответ получен; скорость не измеряли",
    columns: {
      role: "роль",
      name: "имя",
      direction: "направление",
      goodput: "скорость_bps",
      bytes: "байты",
      operation: "шаг",
      failure: "неудача",
    },
  },
  seconds: "с",
  verdict: "Заключение",
  noVerdict: "Отдельно об этом измерении не судили: оно учтено вместе с другими из его сети и времени.",
  confidence: (share) => `уверенность ${share}`,
  rate: (rate) => `Ограничено до ${rate}`,
  interval: (low, high) => `95 %-й интервал от ${low} до ${high}`,
  trigger: (kind, value) => `Что вызывает: ${kind} ${value}`,
  place: {
    title: "Где на пути это замедляют?",
    explains:
      "Шаги от измеряющего: устройство стоит после последнего шага, куда ещё доходит без него, и не дальше первого, где оно уже действует.",
    probe: "измеряющий",
    here: "устройство здесь",
    hop: (n) => `шаг ${n}`,
    rung: ({ acted, passed, unsure }) =>
      `подействовало в ${acted} из ${acted + passed}${unsure > 0 ? `, не удалось понять: ${unsure}` : ""}`,
    router: (network) => `ответил маршрутизатор: ${network}`,
    columns: {
      ...{ hop: "шаг", box: "устройство_может_быть_здесь", acted: "подействовало", passed: "прошло" },
      ...{ unsure: "не_понять", router: "маршрутизатор" },
    },
  },
  bypass: {
    title: "Что это обходит?",
    explains:
      "То же имя, посланное контрольному серверу иначе, каждый раз дважды и чаще. Круг: полная скорость вернулась; заштрихованный квадрат: нет. Что понять не удалось, здесь не показано.",
    free: "полная скорость",
    held: "всё ещё замедлено или заблокировано",
    shapes: {
      "tcp-split": "приветствие в двух сегментах TCP",
      "record-split": "приветствие в двух записях TLS",
      "record-before": "пустая запись TLS перед приветствием",
      padding: "приветствие длиннее одного пакета",
      "low-ttl": "байты перед приветствием, доходящие только до устройства",
      "trailing-dot": "точка после имени",
      "no-name": "без имени",
      "other-port": "другой порт",
      quic: "по UDP, вслед за QUIC Initial",
      "idle-wait": "после долгой тишины",
    },
    columns: { shape: "способ", free: "полная_скорость" },
  },
  mechanisms: "Как",
  proves: "Чем это доказано",
  ruledOut: "Что исключено и почему",
  explanation: "Объяснение",
  because: "Почему нет",
  noExplain:
    "Здесь не выясняли: что вызывает замедление, как его обойти и где оно, выясняет 'brakelight probe --explain'.",
};
