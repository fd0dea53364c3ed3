/** Russian of the page about one measurement. */
import type { Words } from "./shape.ts";

export const measurement: Words["measurement"] = {
  heading: (id) => `Измерение ${id}`,
  choose: "К измерениям ведут инциденты и /api/v1/measurements; у каждого свой адрес.",
  bytes: {
    title: (target) => `Как быстро шли данные ${target} и его контроля?`,
    explains:
      "Байты от начала соединения. Сплошная линия: цель, штриховая: контроль. Серым: цель стояла пять времён оборота или дольше. Тонкая линия: скорость, которой она ограничена, и сколько прошло до этого.",
    target: "цель",
    control: "контроль",
    lookalike: "похожее имя",
    rate: (rate, burst) => `ограничено до ${rate} после ${burst}`,
    columns: { role: "роль", name: "имя", pair: "пара", elapsed: "время_мкс", bytes: "байты" },
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
    columns: { hop: "шаг", box: "устройство_может_быть_здесь" },
  },
  mechanisms: "Как",
  proves: "Чем это доказано",
  ruledOut: "Что исключено и почему",
  explanation: "Объяснение",
  because: "Почему нет",
  noExplain:
    "Здесь не выясняли: что вызывает замедление, как его обойти и где оно, выясняет 'brakelight probe --explain'.",
};
