/** Russian of the overview. */
import type { Words } from "./shape.ts";

export const overview: Words["overview"] = {
  title: "Что и где работает медленно?",
  question: "Какие цели из каких сетей замедлены или не работают?",
  explains:
    "Строки: сети, столбцы: цели. Судим по доле замедленных и неудачных попыток с её интервалом; пустое место: не измеряли.",
  none: "За это время ничего не измеряли, или сети видны менее чем из трёх префиксов.",
  empty: (address) =>
    `Хранилище пусто: присылайте в него измерения (brakelight probe ИМЯ --submit ${address}) или остановите этот сервер, выполните brakelight import ФАЙЛ… и запустите его снова.`,
  counts: (targets, networks) => `Целей: ${targets} · Сетей: ${networks}`,
  shown: (targets, networks) => `Самые измеряемые: целей ${targets}, сетей ${networks}`,
  always: "За всё время",
  withheld: (n) => `не показано клеток: ${n} (видны менее чем из трёх префиксов)`,
  cells: {
    failing: "большинство попыток неудачны",
    throttled: "большинство пар замедлены",
    partly: "часть пар замедлена",
    faltering: "часть попыток неудачна",
    ok: "не замедлено",
    loads: "загружается; скорость не сравнивали",
    insufficient: "мало измерений",
  },
  cell: (network, target, state, slow, judged, failed, n) =>
    `${network}, ${target}: ${state}; замедлено пар: ${slow} из ${judged}, неудачных попыток: ${failed} из ${n}, n = ${n}`,
  cellByCell: "Клетка за клеткой (стрелки; Enter открывает)",
  openCell: "Открыть",
  columns: {
    network: "сеть",
    target: "цель",
    state: "состояние",
    measurements: "измерения",
    failed: "неудачи",
    pairs: "пары",
    slow: "замедлено",
    fast: "не_замедлено",
    name: "название_сети",
  },
  changes: {
    heading: "Что изменилось",
    week: (since, until) => `С ${since} до ${until}, UTC`,
    none: "Ничего не началось, не кончилось, не распространилось и не стало неясным.",
    kinds: { started: "Началось", ended: "Кончилось", spread: "Распространилось", uncertain: "Неясно" },
    evidence: "Доказательства",
  },
};
