/** What `--explain` says, in Russian (verdict/explain, cli/probe-explain.ts, cli/explain-place.ts, cli/explain-quic.ts). */
import { pluralOf } from "../../base/russian/quantity.ts";
import type { Say, Sentences } from "../../base/russian/sentences.ts";

/** What is said of answers, in any sentence; longer words first. */
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/not acted on/g, "не сработало"],
  [/acted on in (\d+) of (\d+)/g, "сработало в $1 из $2"],
  [/acted on/g, "сработало"],
  [/no clear answer in (\d+) of (\d+)/g, "нет ясного ответа в $1 из $2"],
  [/no clear answer in (\d+)/g, "нет ясного ответа в $1"],
  [/no clear answer/g, "нет ясного ответа"],
  [/under a neutral name/g, "под нейтральным именем"],
  [/cannot be told/g, "определить нельзя"],
  [/it is not looked at/g, "на это не смотрят"],
  [/it is looked at/g, "на это смотрят"],
  [/it is the bytes that are looked at/g, "смотрят именно на байты"],
  [/it is not the bytes/g, "дело не в байтах"],
  [/as it is,/g, "в обычном виде"],
  [/whatever the name/g, "при любом имени"],
  [/it triggers as well/g, "тоже вызывает"],
  [/it does not trigger/g, "не вызывает"],
  [
    /not tried, the other end is no control server that can be asked for it/g,
    "не испробовано: на другом конце не контрольный сервер, которого можно об этом попросить",
  ],
  [
    /not tried, only downloads that are held or broken off show it/g,
    "не испробовано: это видно лишь по скачиванию, которое замедлено или обрывается",
  ],
  [
    /not tried, the control server names no port for plain HTTP/g,
    "не испробовано: контрольный сервер не называет порта для открытого HTTP",
  ],
  [
    /not tried, it has no handshake that could be late/g,
    "не испробовано: там нет установления соединения, которое могло бы запоздать",
  ],
];

function answers(text: string): string {
  return ANSWERS.reduce((said, [english, russian]) => said.replace(english, russian), text);
}

function names(text: string): string {
  return text.replace(
    /\((\d+) times\)/g,
    (_, n: string) => `(${n} ${pluralOf(Number(n), "раз", "раза", "раз")})`,
  );
}

const connections = (n: string): string =>
  `${n} ${pluralOf(Number(n), "соединение", "соединения", "соединений")}`;

const FIELDS: Readonly<Record<string, string>> = {
  "content type": "типом записи",
  "handshake type": "типом сообщения",
  "extension type": "типом расширения",
  "name type": "типом имени",
};

const after =
  (start: string): Say =>
  (what) =>
    `${start}: ${answers(what!)}`;

export const EXPLAIN_SENTENCES: Sentences = [
  [
    "nothing to explain: the pairs against the control server show nothing by name that a single connection could be told by",
    () =>
      "объяснять нечего: пары с контрольным сервером не показывают по имени ничего, что было бы видно по одному соединению",
  ],
  ["not explained to the end: {text}", (why) => `объяснено не до конца: ${why}`],
  ["it was ended before everything was tried", () => "остановлено раньше, чем испробовано всё"],
  [
    "time or bytes were spent before everything was tried (--budget-bytes)",
    () => "время или объём передачи исчерпаны раньше, чем испробовано всё (--budget-bytes)",
  ],
  [
    "connections under {text} could not be told from those that are acted on",
    (name) => `соединения под именем ${name} не удалось отличить от тех, на которых срабатывает`,
  ],
  ["{n} connections in all", (count) => `всего ${connections(count!)}`],
  [
    "{n} connections whose trigger reached only so many hops: {list}",
    (count, told) =>
      `${connections(count!)}, в которых имя доходило лишь до узла с номером: ${answers(told!)}`,
  ],
  [
    "routers that answered: {list}",
    (routers) => `ответили маршрутизаторы: ${routers!.replace(/\bprivate\b/g, "частная сеть")}`,
  ],
  [
    "the place cannot be told here: it needs Linux, and a hello of one packet",
    () => "место здесь определить нельзя: нужны Linux и приветствие в одном пакете",
  ],
  ["the place: too few connections could be told", () => "место: слишком мало соединений дали ясный ответ"],
  [
    "the place: too few connections to be sure of it",
    () => "место: соединений слишком мало, чтобы быть в нём уверенным",
  ],
  [
    "the place cannot be told: a neutral name that only reached hop {n} is not surely spared ({text}); something on the way may answer for the server",
    (hop, counts) =>
      `место определить нельзя: не видно, чтобы нейтральное имя, дошедшее лишь до узла ${hop}, не трогали (${answers(counts!)}); возможно, за сервер отвечает кто-то на пути`,
  ],
  [
    "the pattern is {text}: {n} connections",
    (pattern, count) => `образец: ${pattern} (${connections(count!)})`,
  ],
  ["{text} is too long to be varied", (name) => `имя ${name} слишком длинное, чтобы его менять`],
  ["{text} itself is not acted on now", (name) => `на само имя ${name} сейчас не срабатывает`],
  [
    "{text} is acted on as well: whatever is sent to this address now, or to this client",
    (name) => `на ${name} тоже срабатывает: на всё, что идёт сейчас к этому адресу или к этому клиенту`,
  ],
  [
    "too many connections could not be told: no pattern is named",
    () => "слишком много соединений без ясного ответа: образец не называется",
  ],
  [
    "answers contradict each other, or fit no pattern that a rule list can write",
    () => "ответы противоречат друг другу или не подходят ни под один образец из списков правил",
  ],
  ["acted on: {list}", (told) => `сработало: ${names(told!)}`],
  ["not acted on: {list}", (told) => `не сработало: ${names(told!)}`],
  ["no clear answer: {list}", (told) => `нет ясного ответа: ${names(told!)}`],
  [
    "the address does not matter for the name: it acts at the control server; the target's own address under another name could not be told",
    () => `${ADDRESS}; про адрес самой цели под другим именем сказать ничего нельзя`,
  ],
  [
    "the address does not matter for the name: it acts at the control server; the target's own address under another name is {text}",
    (counts) => `${ADDRESS}; адрес самой цели под другим именем: ${answers(counts!)}`,
  ],
  ["the address does not matter for the name: it acts at the control server", () => ADDRESS],
  [
    "other-port: not tried, the control server names no second port (--other-port)",
    () => "other-port: не проверялось, у контрольного сервера нет второго порта (--other-port)",
  ],
  ["low-ttl: not tried without a known place", () => "low-ttl: без известного места не проверялось"],
  [
    "fields of the hello and the inspection window: not tried without a known place",
    () => "поля приветствия и глубина просмотра: без известного места не испробованы",
  ],
  ...Object.entries(FIELDS).map(([field, word]): [string, Say] => [
    `hello with another ${field}: {text}`,
    after(`приветствие с другим ${word}`),
  ]),
  [
    "hello after {n} packets of other TLS records: {text}",
    (packets, told) => `приветствие после других записей TLS (пакетов: ${packets}): ${answers(told!)}`,
  ],
  [
    "hello after a packet of {n} random bytes: {text}",
    (bytes, told) => `приветствие после пакета случайных байт (${bytes}): ${answers(told!)}`,
  ],
  [
    "what gets past cannot be told: the unchanged name has to be acted on meanwhile, and was not, or not surely ({text})",
    (counts) =>
      `что проходит мимо, определить нельзя: на имя без изменений тем временем не срабатывало или не было ясно (${answers(counts!)})`,
  ],
  ["the same hello with every byte inverted: {text}", after("то же приветствие с инвертированными байтами")],
  ["a hello sent by the server: {text}", after("приветствие от сервера")],
  ["the name as Host of a plain HTTP request: {text}", after("имя в Host открытого запроса HTTP")],
  [
    "quic: {n} of {n} datagrams came back after an Initial under the target's name, {n} of {n} under {text}",
    (some, all, others, ofThem, name) =>
      `quic: вернулись ${some} из ${all} датаграмм после Initial с именем цели и ${others} из ${ofThem} с ${name}`,
  ],
  [
    "quic: not tried, the control server echoes no more than what is held here anyway",
    () => "quic: не испробовано, контрольный сервер возвращает не больше, чем и так пропускают",
  ],
  [
    "quic: not told, too little of the budget of bytes or time is left",
    () => "quic: не определено, осталось слишком мало разрешённого объёма или времени",
  ],
  [
    "quic: the control server gives no token for its UDP echo",
    () => "quic: контрольный сервер не даёт ключа к своему эху UDP",
  ],
  [
    "quic: not told, the server's UDP port is {n}, and filters may look at {n} only",
    (port, usual) =>
      `quic: не определено, порт UDP сервера ${port}, а фильтры, возможно, смотрят только на ${usual}`,
  ],
  [
    "connections that were still after the hello for {list}",
    (told) =>
      `соединения, по которым после приветствия ничего не передавали: ${answers(told!).replace(/(\d+) s:/g, "$1 с:")}`,
  ],
  [
    "connections kept busy for {n} s: {text}: when a still one is forgotten cannot be told",
    (seconds, counts) =>
      `соединения, занятые ${seconds} с: ${answers(counts!)}: когда забывают неподвижное, определить нельзя`,
  ],
  [
    "connections kept busy for {n} s: {text}",
    (seconds, counts) => `соединения, занятые ${seconds} с: ${answers(counts!)}`,
  ],
  [
    "{text}: full speed comes back ({text})",
    (shape, counts) => `${shape}: полная скорость возвращается (${answers(counts!)})`,
  ],
  [
    "{text}: does not get past ({text})",
    (shape, counts) => `${shape}: мимо не проходит (${answers(counts!)})`,
  ],
  ["{text}: cannot be told ({text})", (shape, counts) => `${shape}: определить нельзя (${answers(counts!)})`],
  // What is being done, in the live line.
  ["how fast connections can be told", () => "как быстро виден ответ"],
  ["place", () => "место"],
  ["trigger", () => "на что срабатывает"],
  ["bypass", () => "что проходит мимо"],
  ["plain HTTP", () => "открытый HTTP"],
  ["rate, by paced downloads", () => "скорость, загрузками в ровном темпе"],
];

const ADDRESS = "для имени адрес не важен: срабатывает и на контрольном сервере";
