/**
 * Evidence in Russian: the sentences of the judge of pairs and of the probe (verdict/pair, cli/probe-measure.ts), with those of look-ups,
 * of packets, of what is judged without a server of ours and of --explain, each in a file of its own.
 */
import { genitiveOf, pluralOf, russianQuantities } from "../../base/russian/quantity.ts";
import { type Say, type Sentences, translatorOf } from "../../base/russian/sentences.ts";
import { EXPLAIN_SENTENCES } from "./explain.ts";
import { LOOK_UP_SENTENCES } from "./look-ups.ts";
import { PACKET_SENTENCES } from "./packets.ts";
import { UNPAIRED_SENTENCES } from "./unpaired.ts";

const q = (text: string): string => (text === "nothing" ? "ничего" : russianQuantities(text));
const ofPairs = (count: string): string => `из ${genitiveOf(Number(count), "пары", "пар")}`;
const ofFlows = (count: string): string => `из ${genitiveOf(Number(count), "потока", "потоков")}`;

const AGAINST: Readonly<Record<string, string>> = {
  "a neutral name to the same control server": "с нейтральным именем к тому же контрольному серверу",
  "a neutral name to the target's own address": "с нейтральным именем к адресу самой цели",
  "the same bytes inverted to the same control server":
    "с теми же байтами в инвертированном виде к тому же контрольному серверу",
  "named control sites": "с известными контрольными сайтами",
};

const WHERE: Readonly<Record<string, string>> = {
  "the target": "цели",
  "the control server": "контрольному серверу",
  "a control site": "контрольному сайту",
};

const HOW: Readonly<Record<string, string>> = {
  "stalling again and again (a saw tooth, as packets over a rate are dropped)":
    "раз за разом останавливаясь (пила: пакеты сверх скорости отбрасываются)",
  evenly: "равномерно",
  "with stops of different lengths": "с остановками разной длины",
};

const TAIL =
  /^(?<how>.+?)(?:, after the first (?<burst>\d[\d.]* [A-Za-z]+))?(?:, and their controls, not held, got ahead of them in pair after pair \(evidence (?<odds>\d+) to 1, (?<needed>\d+) needed\))?$/;

function howInRussian(tail: string): string {
  const { how = tail, burst, odds, needed } = TAIL.exec(tail)?.groups ?? {};
  const after = burst === undefined ? "" : `, после первых ${q(burst)}`;
  const byLine =
    odds === undefined
      ? ""
      : `, а их контрольные, без ограничения, обгоняли их пара за парой (свидетельство ${odds} к 1, нужно ${needed})`;
  return `${HOW[how] ?? how}${after}${byLine}`;
}

/** Of pairs none of which has two speeds. */
function beside(word: string): Say {
  return (other, target, control, targets, controls, small) =>
    `${word} в сравнении ${AGAINST[other!] ?? `с ${other}`}: ${q(target!)} и ${q(control!)} (медианы ${targets} и ` +
    `${genitiveOf(Number.parseInt(controls!, 10), "целого потока", "целых потоков")} вместе с первой пачкой)` +
    (small === undefined ? "" : `; объекты по ${q(small)} слишком малы, чтобы судить о скорости линии`);
}

function against(word: string): Say {
  return (other, target, control, targets, controls, factor, some, pairs, small) =>
    `${word} в сравнении ${AGAINST[other!] ?? `с ${other}`}: ${q(target!)} и ${q(control!)} (медианы ${targets} и ` +
    `${genitiveOf(Number.parseInt(controls!, 10), "целого потока", "целых потоков")} вместе с первой пачкой; ниже 1/${factor} в ${some} ${ofPairs(pairs!)})` +
    (small === undefined ? "" : `; объекты по ${q(small)} слишком малы, чтобы судить о скорости линии`);
}

const COMPARED =
  "{text}: {q} beside {q} (medians of {n} and {text}, first burst included; below 1/{n} in {n} of {pairs})";
const BESIDE = "{text}: {q} beside {q} (medians of {n} and {text}, first burst included)";
const OF_SMALL = "; objects of {q} are too small to tell a line's speed";

const TOO_LITTLE =
  "{q}, and a limit may let that much pass at full speed (burst not exhausted): give the URL of a file of 300 kB or more";
const OBJECT_TOO_SMALL =
  ", а столько ограничение может пропустить на полной скорости (всплеск не исчерпан): дайте адрес файла в 300 кБ или больше";

const SENTENCES: Sentences = [
  [
    "not enough measurements to say ({n} of {n} needed)",
    (have, needed) => `недостаточно измерений, чтобы сделать вывод (${have} из ${needed} нужных)`,
  ],
  [
    "{pairs} leave it open: not alike, and not apart, often enough",
    (pairs) =>
      `${pairs} ${pluralOf(Number(pairs), "пары", "пар", "пар")} недостаточно, чтобы решить: ни сходства, ни различия`,
  ],
  [
    "not enough measurements to say ({n} of {pairs})",
    (have, pairs) => `недостаточно измерений, чтобы сделать вывод (${have} ${ofPairs(pairs!)})`,
  ],
  [
    "{n} of {flows} with the target's name moved at {q} of payload ({q} to {q}), {text}",
    (some, all, speed, low, high, how) =>
      `${some} ${ofFlows(all!)} с именем цели шли со скоростью ${q(speed!)} полезных данных (от ${q(low!)} до ${q(high!)}), ` +
      howInRussian(how!),
  ],
  [
    "handshakes with the target's name took {q} instead of {q}, at least {n} times as long in {n} of {pairs}",
    (long, short, factor, some, pairs) =>
      `установление соединения с именем цели длилось ${q(long!)} вместо ${q(short!)}, не менее чем в ${factor} ${pluralOf(Number(factor), "раз", "раза", "раз")} дольше в ${some} ${ofPairs(pairs!)}`,
  ],
  [
    "slower than half of its control in {n} of {pairs} (evidence {n} to 1, {n} needed)",
    (some, pairs, odds, needed) =>
      `медленнее половины скорости контрольной передачи в ${some} ${ofPairs(pairs!)} (свидетельство ${odds} к 1, нужно ${needed})`,
  ],
  [
    "slower than its control in {n} of {pairs}, by more than a fifth in the middle (evidence {n} to 1, {n} needed)",
    (some, pairs, odds, needed) =>
      `медленнее контрольной передачи в ${some} ${ofPairs(pairs!)}, в среднем больше чем на пятую часть (свидетельство ${odds} к 1, нужно ${needed})`,
  ],
  [
    "no byte for ten seconds after {text}, in {n} of {flows}: a freeze, not a rate",
    (after, some, flows) =>
      `ни одного байта за десять секунд после ${russianQuantities(after!)}, в ${some} ${ofFlows(flows!)}: это замирание, а не ограничение скорости`,
  ],
  [`download against ${BESIDE}${OF_SMALL}`, beside("скачивание")],
  [`download against ${BESIDE}`, beside("скачивание")],
  [`upload against ${BESIDE}`, beside("отправка")],
  [`download against ${COMPARED}${OF_SMALL}`, against("скачивание")],
  [`download against ${COMPARED}`, against("скачивание")],
  [`upload against ${COMPARED}`, against("отправка")],
  [
    "{controls}, taken in turn with the target's in random order, reached {q} over the same way",
    (controls, speed) =>
      `${controls} ${pluralOf(Number(controls), "контрольный поток, взятый", "контрольных потока, взятые", "контрольных потоков, взятых")} ` +
      `вперемежку с потоками цели в случайном порядке, ${pluralOf(Number(controls), "достиг", "достигли", "достигли")} ${q(speed!)} на том же пути`,
  ],
  ["the same server is fast under another name", () => "тот же сервер под другим именем отвечает быстро"],
  [
    "{flows} were held to one rate ({q} to {q}), and none under another name to that rate on the same way: random loss picks no name",
    (flows, low, high) =>
      `${flows} ${pluralOf(Number(flows), "поток шёл", "потока шли", "потоков шли")} с одной скоростью (от ${q(low!)} до ${q(high!)}), а под другим именем на том же пути с этой скоростью ни один: случайные потери имени не выбирают`,
  ],
  ["bytes kept coming until the end", () => "данные шли до самого конца"],
  [
    "below half of its control in {n} of {pairs}",
    (some, pairs) => `ниже половины скорости контрольной передачи в ${some} ${ofPairs(pairs!)}`,
  ],
  [
    "the control server could not be used: the target's own address was looked at instead",
    () => "контрольный сервер использовать не удалось: вместо него взят адрес самой цели",
  ],
  [
    "the control server could not be used ({text}): the target's own address was looked at instead",
    (failure) => `контрольный сервер использовать не удалось (${failure}): вместо него взят адрес самой цели`,
  ],
  [
    "no connection to the control server ({text}, port {text}: a firewall, or another port?): the target's own address was looked at instead",
    (address, port) =>
      `нет соединения с контрольным сервером (${address}, порт ${port}: брандмауэр или другой порт?): вместо него взят адрес самой цели`,
  ],
  [
    "not explained: that takes a control server that answers",
    () => "не объяснено: для этого нужен контрольный сервер, который отвечает",
  ],
  ["it was ended from outside before it could be told", () => "измерение прервали раньше, чем стало ясно"],
  ...UNPAIRED_SENTENCES,
  [
    "over TLS the name makes no difference; in a plain HTTP request's Host it does",
    () => "по TLS имя ничего не меняет, а в Host открытого запроса HTTP меняет",
  ],
  [
    "plain HTTP with the name as Host: below half of its control in {n} of {pairs}",
    (some, pairs) =>
      `открытый HTTP с именем в Host: ниже половины скорости контрольной передачи в ${some} ${ofPairs(pairs!)}`,
  ],
  [
    "plain HTTP with the name as Host: could not be told ({pairs})",
    (pairs) => `открытый HTTP с именем в Host: определить не удалось (пар: ${pairs})`,
  ],
  [
    "plain HTTP with the name as Host: not tried, the control server names no port for plain HTTP",
    () =>
      "открытый HTTP с именем в Host: не испробовано, контрольный сервер не называет порта для открытого HTTP",
  ],
  [
    "what else was to be looked at could not be, or told nothing",
    () => "на остальное посмотреть не удалось, или оно ничего не показало",
  ],
  [
    "the target's own address reaches {q} whatever name is sent, and others {q}: server, route or address",
    (own, others) =>
      `адрес самой цели даёт ${q(own!)} при любом имени, а другие ${q(others!)}: дело в сервере, маршруте или адресе`,
  ],
  [
    "the target's own address fails whatever name is sent, and others {q}: server, route or address",
    (others) =>
      `адрес самой цели не отвечает при любом имени, а другие дают ${q(others!)}: дело в сервере, маршруте или адресе`,
  ],
  [
    "the target's own address reaches {q} under the target's name alone, and others {q}: server, route or address, or a bucket deeper than the flows to others (--flow-bytes asks for more)",
    (own, others) =>
      `адрес самой цели даёт ${q(own!)} лишь под именем цели, а другие ${q(others!)}: дело в сервере, маршруте, адресе или в запасе больше переданного другим (--flow-bytes увеличит передачу)`,
  ],
  [
    "the target's own address stalls, and others do not: server, route or address; no byte for ten seconds after {text}, in {n} of {flows}: a freeze, not a rate",
    (after, some, flows) =>
      `передача с адреса самой цели замирает, а с других нет: дело в сервере, маршруте или адресе; ни одного байта за десять секунд после ${russianQuantities(after!)}, в ${some} ${ofFlows(flows!)}: это замирание, а не ограничение скорости`,
  ],
  [
    "at the control server either name is held to {q}, and other addresses are not: its network or route; another control server would tell",
    (speed) =>
      `на контрольном сервере любое имя идёт не быстрее ${q(speed!)}, а другие адреса быстрее: дело в его сети или маршруте; поможет другой контрольный сервер`,
  ],
  [
    "this would have shown a limit below {q} that begins within the first {q} of a flow: no faster one, and no deeper bucket (--flow-bytes asks for more)",
    (speed, bytes) =>
      `так было бы видно ограничение ниже ${q(speed!)}, которое действует с первых ${q(bytes!)} потока: не более быстрое и не с большим запасом (--flow-bytes увеличит передачу)`,
  ],
  [
    "or it turns this client away: only a look from another network tells the two apart",
    () => "или он отказывает этому клиенту: различить можно только взглядом из другой сети",
  ],
  [
    "the control server refuses either name (status {text}): its bounds for one client are reached; measure later, or use another control server",
    (status) =>
      `контрольный сервер отказывает обоим именам (статус ${status}): пределы для одного клиента исчерпаны; измерьте позже или возьмите другой контрольный сервер`,
  ],
  [
    "somebody answers at {text}, without a certificate that is trusted: a private network's own server, or a page of a block",
    (address) =>
      `по адресу ${address} кто-то отвечает, но без доверенного сертификата: сервер самой частной сети или страница блокировки`,
  ],
  [
    "this machine's own hosts file names {text}: take the line out and measure again",
    (name) => `имя ${name} стоит в файле hosts этого компьютера: уберите строку и измерьте снова`,
  ],
  [
    "uploads to the control server did not go well, and do not tell why",
    () => "отправка на контрольный сервер шла плохо, и по ней не видно почему",
  ],
  ["the control sites failed as well", () => "контрольные сайты тоже не отвечали"],
  [
    "neither the target nor any control can be reached from here",
    () => "отсюда недоступны ни цель, ни один из контрольных адресов",
  ],
  [
    "{n} of {n} connections to the target's address failed ({text}), whatever the name; controls were reached meanwhile",
    (some, all, how) =>
      `${some} из ${genitiveOf(Number(all), "соединения", "соединений")} с адресом цели не удались (${how}) при любом имени; контрольные адреса доступны`,
  ],
  [
    "or its address is blocked: only a look from another network tells the two apart",
    () => "или её адрес заблокирован: различить можно только взглядом из другой сети",
  ],
  [
    "{n} of {n} requests with the target's name got an answer that the control server does not give (status {text}): somebody answers in its place",
    (some, all, statuses) =>
      `${some} из ${genitiveOf(Number(all), "запроса", "запросов")} с именем цели получили ответ, которого контрольный сервер не даёт (код ${statuses}): вместо него отвечает кто-то другой`,
  ],
  ["no byte moved at all", () => "не передано ни одного байта"],
  [
    "the server answers {text} in {n} of {n} requests",
    (statuses, some, all) =>
      `сервер отвечает ${statuses} в ${some} из ${genitiveOf(Number(all), "запроса", "запросов")}`,
  ],
  ["the server's own answer came through", () => "ответ самого сервера дошёл"],
  [`the object is only ${TOO_LITTLE}`, (size) => `объект занимает всего ${q(size!)}${OBJECT_TOO_SMALL}`],
  [
    `the object, or what --flow-bytes asks of it, is only ${TOO_LITTLE}`,
    (size) =>
      `объект (или то, что из него просит --flow-bytes) занимает всего ${q(size!)}${OBJECT_TOO_SMALL}`,
  ],
  [
    "transfers moved {q} and more, and a limit may let that much pass at full speed (burst not exhausted): more time (--budget-seconds), larger transfers (--flow-bytes) or the URL of a larger file would tell",
    (size) =>
      `передачи дали ${q(size!)} и больше, а столько ограничение может пропустить на полной скорости (всплеск не исчерпан): дайте больше времени (--budget-seconds), передавайте больше (--flow-bytes) или назовите адрес файла побольше`,
  ],
  [
    "slow for everything: controls are held to {q} as well",
    (speed) => `медленно всё: контрольные передачи тоже держатся на уровне ${q(speed!)}`,
  ],
  ...LOOK_UP_SENTENCES,
  [
    "{text}, and it is reached there: a bypass tool or proxy stands between",
    (what) => `${inRussian(what!)}, и он там доступен: на пути стоит программа обхода или прокси`,
  ],
  [
    "This machine's clock is {text} ahead of the control's",
    (span) => `часы этой машины спешат по сравнению с контрольным сайтом на ${span}`,
  ],
  [
    "This machine's clock is {text} behind the control's",
    (span) => `часы этой машины отстают от контрольного сайта на ${span}`,
  ],
  [
    "The request to {text} was redirected to {text}, as login and block pages do",
    (host, other) =>
      `запрос к ${host} был перенаправлен на ${other}, как делают страницы входа в сеть и страницы блокировки`,
  ],
  [
    "The network asks for a login before it lets {text} through (HTTP 511)",
    (host) => `сеть требует входа, прежде чем пропустить запрос к ${host} (HTTP 511)`,
  ],
  ["{text}: log in and measure again", (what) => `${inRussian(what!)}: войдите в сеть и повторите измерение`],
  [
    "The default route leads through {text}, which looks like a VPN",
    (name) => `маршрут по умолчанию ведёт через ${name}, это похоже на VPN`,
  ],
  [
    "The route to {text} leads through {text}, which looks like a VPN",
    (who, name) => `маршрут к ${WHERE[who!] ?? who} ведёт через ${name}, это похоже на VPN`,
  ],
  [
    "The interface {text} looks like a VPN, though the default route does not lead there",
    (name) => `интерфейс ${name} похож на VPN, хотя маршрут по умолчанию туда не ведёт`,
  ],
  [
    "{text} is running and may carry this machine's traffic",
    (name) => `запущена программа ${name}, через неё может идти трафик этой машины`,
  ],
  [
    "{text} runs on this machine and may have carried these connections past a throttle: end it and measure again",
    (name) =>
      `на этой машине работает ${name}, и эти соединения могли пройти через эту программу мимо замедления: завершите её и повторите измерение`,
  ],
  [
    "{text} looks like a VPN and may have carried these connections past a throttle: end it and measure again",
    (name) =>
      `${name} похож на VPN, и эти соединения могли пройти через него мимо замедления: отключите его и повторите измерение`,
  ],
  [
    "measured without a control server: each of them was tainted, or slow under any name, less than a quarter of an hour ago",
    () =>
      "измерено без контрольного сервера: меньше четверти часа назад каждый из них был испорчен именем цели или медленным при любом имени",
  ],
  [
    "the control turned slow after the target's name had been sent to the same address (tainted): wait, or use another control server",
    () =>
      "контрольный сервер стал медленным после того, как на тот же адрес было отправлено имя цели (испорчен): подождите или возьмите другой контрольный сервер",
  ],
  [
    "the certificate is not trusted ({text}): the clock, somebody in between, or the server itself; --insecure goes on all the same",
    (failure) =>
      `сертификату нельзя доверять (${failure}): дело в часах, в ком-то посередине или в самом сервере; с --insecure измерение продолжится`,
  ],
  [
    "measured again at another control server: the first was tainted, or slow under any name",
    () =>
      "измерено ещё раз с другим контрольным сервером: первый был испорчен именем цели или медленным при любом имени",
  ],
  [
    "the time was over before it could be told: --budget-seconds gives it more",
    () => "время вышло раньше, чем удалось сделать вывод: больше времени даст --budget-seconds",
  ],
  [
    "the budget of bytes was spent before it could be told: --budget-bytes gives it more",
    () => "разрешённый объём передачи исчерпан раньше, чем удалось сделать вывод: больше даст --budget-bytes",
  ],
  [
    "not explained: the budget of bytes is spent (--budget-bytes)",
    () => "без объяснения: разрешённый объём передачи исчерпан (--budget-bytes)",
  ],
  [
    "uploads were not measured: this machine does not say how much of them arrived",
    () => "отправка не измерялась: эта машина не сообщает, сколько из отправленного дошло",
  ],
  [
    "{text} is running and rewrites this machine's traffic",
    (name) => `запущена программа ${name}, она изменяет трафик этой машины`,
  ],
  ["{text}: end it and measure again", (what) => `${inRussian(what!)}: завершите это и повторите измерение`],
  [
    "Another page{text} came in place of what {text} serves ({n} bytes instead of {n})",
    (title, host, bytes, usual) =>
      `вместо того, что отдаёт ${host}, пришла другая страница${title} (${bytes} байт вместо ${usual})`,
  ],
  [
    "Another page came in place of what {text} serves ({n} bytes instead of {n})",
    (host, bytes, usual) =>
      `вместо того, что отдаёт ${host}, пришла другая страница (${bytes} байт вместо ${usual})`,
  ],
  ...PACKET_SENTENCES,
  ...EXPLAIN_SENTENCES,
];

/** Of one verdict: evidence, and why an explanation was ruled out. */
export const evidenceInRussian = translatorOf(SENTENCES);

export function inRussian(sentence: string): string {
  return evidenceInRussian(sentence).text;
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  congested: "перегрузка",
  "slow subscription": "медленный тариф",
  "slow server": "медленный сервер",
  "slow for everything": "медленно всё",
  lossy: "случайные потери",
  policed: "ограничение с отбрасыванием",
  shaped: "ограничение с задержкой",
  throttled: "замедление",
  blocked: "блокировка",
};

export function explanationInRussian(explanation: string): string {
  return EXPLANATIONS[explanation] ?? explanation;
}
