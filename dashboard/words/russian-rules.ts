/** Russian of the rules page. */
import { pluralOf } from "../../src/base/russian/quantity.ts";
import type { Words } from "./shape.ts";

const names = (count: number): string => `${count} ${pluralOf(count, "имя", "имени", "имён")}`;
const problems = (count: number): string => `${count} ${pluralOf(count, "ошибка", "ошибки", "ошибок")}`;

export const rules: Words["rules"] = {
  page: "Правила",
  title: "Что заденет этот список?",
  lead: "Вставьте список правил и имена: что список задевает помимо тех, для кого он предназначен, посчитает ваш браузер. Ничего не отправляется.",
  list: "Список правил",
  listNote: "YAML, JSON, имена, адреса или выгрузка реестра.",
  before: "Прежняя версия",
  beforeNote: "Чтобы увидеть, что изменение освобождает и что задевает заново; можно оставить пустым.",
  names: "Имена",
  namesNote: "По одному в строке, самые популярные первыми; или место,имя.",
  at: "Момент (UTC; пусто: сейчас)",
  protocol: "Протокол",
  port: "порт",
  work: "Посчитать",
  working: "Считается…",
  failed: (because) => `Посчитать не удалось: ${because}`,
  badSetting: "время или порт не разобрать",
  ofFile: (name, bytes) => `${name}, ${bytes} ${pluralOf(bytes, "байт", "байта", "байт")}`,
  fileFor: (label) => `Файл: ${label}`,
  backToText: "Вернуться к тексту",
  found: "Что он задевает",
  sentence: (collateral, all, share) =>
    `Помимо цели задето ${collateral} из ${all} имён: ${share} всей популярности (1/место).`,
  meant: (hit, intended) => `Всего задето ${names(hit)}, как задумано: ${intended}.`,
  change: (freed, added, kept) =>
    `Изменение освобождает ${names(freed)}, заново задевает ${added}, по-прежнему задевает ${kept}.`,
  problems: (count) => `${problems(count)} в списке`,
  problemsBefore: (count) => `${problems(count)} в прежней версии`,
  namesBroken: (count) => `${count} ${pluralOf(count, "строка", "строки", "строк")} без имени`,
  question: "Какие правила больше всего задевают помимо цели?",
  explains:
    "Доля всей популярности (1/место), которую каждое правило задевает помимо цели, и сколько это имён.",
  ofNames: names,
  ofRules: (count) => `${count} ${pluralOf(count, "правило", "правила", "правил")}`,
  source: "Посчитано в этом браузере",
  count: (count) => String(count),
  namesHeading: "Имена, и почему",
  firstRows: (shown, all) => `Первые ${shown} из ${all}; в CSV есть все.`,
  columns: {
    rank: "место",
    name: "имя",
    share: "популярности",
    change: "изменение",
    rule: "правило",
    because: "почему",
  },
  changes: { freed: "освобождено", added: "задето заново", kept: "задето по-прежнему" },
};
