/**
 * What speaks for and against an incident's explanations, in Russian: sentences of attribution/ (evidence and what is
 * missing), of claims and of impact.
 */
import { genitiveOf, pluralOf, russianQuantities } from "../../base/russian/quantity.ts";
import { type Sentences, type Translated, translatorOf } from "../../base/russian/sentences.ts";

const ofNetworks = (count: string): string => genitiveOf(Number(count), "сети", "сетей");
const names = (count: string): string => `${count} ${pluralOf(Number(count), "имя", "имени", "имён")}`;
const networks = (count: string): string => `${count} ${pluralOf(Number(count), "сеть", "сети", "сетей")}`;
const places = (count: string): string => genitiveOf(Number(count), "места", "мест");
const attempts = (count: string): string => genitiveOf(Number(count), "попытки", "попыток");
const failures = (count: string): string => genitiveOf(Number(count), "неудачи", "неудач");

const MANNERS: readonly (readonly [english: string, russian: string])[] = [
  ["got no answer to their first packet", "первый пакет остался без ответа"],
  ["were refused at connecting", "в соединении было отказано"],
  ["were cut after the hello", "соединение было оборвано после приветствия"],
  ["met silence after the hello", "после приветствия наступила тишина"],
  ["were answered by a page in the site's place", "вместо сайта ответила другая страница"],
  ["stopped in the middle of the transfer", "передача остановилась посередине"],
  ["were told by a router that there is no way", "маршрутизатор ответил, что пути нет"],
  ["were connected and got no proper answer", "соединение было, а верного ответа не было"],
  ["failed at the name's look-up", "имя не нашлось"],
];

const EVIDENCE: Sentences = [
  [
    "the {n} affected names lie in {n} hosting networks",
    (count, hosts) => `затронуто: ${names(count!)} в ${networks(hosts!)} хостинга`,
  ],
  ...(
    [
      ["only one name is affected; ", () => "затронуто только одно имя; "],
      ["{n} names of AS{n} are affected; ", (count, asn) => `затронуто: ${names(count!)} в AS${asn}; `],
    ] as Sentences
  ).map(
    ([english, say]) =>
      [
        `${english}{n} other names of AS{n} went as ever from the same networks (seen from {n} places)`,
        (...holes: string[]) => {
          const [others, asn, seen] = holes.slice(-3);
          return `${say(...holes.slice(0, -3))}ещё ${names(others!)} в AS${asn} из тех же сетей работали как всегда (видно из ${places(seen!)})`;
        },
      ] as const,
  ),
  [
    "all {n} names of AS{n} that were tried are affected",
    (count, asn) => `затронуты все проверенные имена AS${asn}: ${count}`,
  ],
  ...(
    [
      ["the users of one network are affected; ", () => "затронуты пользователи одной сети; "],
      [
        "the users of {n} networks are affected; ",
        (count) => `затронуты пользователи ${ofNetworks(count!)}; `,
      ],
    ] as Sentences
  ).map(
    ([english, say]) =>
      [
        `${english}{n} others had no trouble ({n} attempts)`,
        (...holes: string[]) => {
          const [others, tried] = holes.slice(-2);
          return `${say(...holes.slice(0, -2))}у пользователей ещё ${ofNetworks(others!)} всё работало (попыток: ${tried})`;
        },
      ] as const,
  ),
  [
    "{n} networks of one country are affected, none of those abroad",
    (count) => `затронуто: ${networks(count!)} одной страны, за рубежом ни одной`,
  ],
  [
    "all {n} networks that tried are affected, in {n} countries",
    (count, countries) =>
      `затронуты все сети, откуда пробовали: ${count}, в ${genitiveOf(Number(countries), "стране", "странах")}`,
  ],
  [
    "all {n} networks that tried are affected; none of another country tried",
    (count) => `затронуты все сети, откуда пробовали: ${count}; из других стран не пробовал никто`,
  ],
  [
    "from inside the hosting network {n} of {n} places reached them",
    (some, all) => `изнутри сети хостинга они доступны из ${some} из ${places(all!)}`,
  ],
  [
    "from inside the hosting network {n} of {n} places failed as well",
    (some, all) => `изнутри сети хостинга они недоступны тоже: из ${some} из ${places(all!)}`,
  ],
  [
    "clients inside the hosting network reached nothing outside ({n} of {n} failed)",
    (some, all) => `изнутри сети хостинга наружу ничего не доходило (неудач: ${some} из ${all})`,
  ],
  [
    "{n} of {n} first answers came far too late",
    (some, all) => `первый ответ пришёл слишком поздно: ${some} из ${all}`,
  ],
  [
    "{n} of {n} transfers were slow beside their control, at one rate",
    (some, all) => `передачи медленнее контрольных, на одной скорости: ${some} из ${all}`,
  ],
  [
    "{n} of {n} transfers were slow beside their control",
    (some, all) => `передачи медленнее контрольных: ${some} из ${all}`,
  ],
  ...MANNERS.map(
    ([english, russian]) =>
      [
        `{n} of {n} failures ${english}`,
        (some: string, all: string) => `${some} из ${failures(all)}: ${russian}`,
      ] as const,
  ),
  [
    "{n} of {n} attempts got through all the same",
    (some, all) => `${some} из ${attempts(all!)} всё же удались`,
  ],
  [
    "round trips took {q} in the median, {q} the day before",
    (during, before) =>
      `время отклика: медиана ${russianQuantities(during!)}, накануне ${russianQuantities(before!)}`,
  ],
  [
    "it began {n} minutes, or less, after the last order, announcement or ordered event before it",
    (minutes) =>
      `началось не позже чем через ${minutes} ${pluralOf(Number(minutes), "минуту", "минуты", "минут")} после последнего приказа, объявления или вызванного приказом события`,
  ],
  ["no order or announcement is known from before it", () => "до него не известно ни приказа, ни объявления"],
  ["announced by {text}: {text}", (who, what) => `объявлено (${who}): ${what}`],
  [
    "none of the {n} announcements of the day before names what is affected",
    (count) =>
      `ни одно из ${genitiveOf(Number(count), "объявления", "объявлений")} накануне не называет затронутое`,
  ],
  [
    "{n} networks abroad are affected, where the ordered event reaches none",
    (count) => `за рубежом затронуто: ${networks(count!)}, а событие по приказу туда не доходит`,
  ],
  [
    "{n} of {n} networks in which the ordered event acts are affected, and none of {n} abroad",
    (some, all, abroad) =>
      `затронуты ${some} из ${ofNetworks(all!)}, где действует приказ, и ни одной из ${abroad} за рубежом`,
  ],
  [
    "all {n} names fit the pattern {text} of the ordered event",
    (count, pattern) => `все имена (${count}) подходят под шаблон ${pattern} события по приказу`,
  ],
  [
    "it began and ended with the ordered event",
    () => "началось и кончилось вместе с событием, вызванным приказом",
  ],
];

const MISSING: Sentences = [
  [
    "packets with a short time-to-live, and hellos with and without the names, sent through the border while it lasts: a box lets some through or answers itself, a dead device answers nothing",
    () =>
      "пакеты с малым временем жизни и приветствия с именами и без них через границу сети, пока это длится: фильтр что-то пропускает или отвечает сам, мёртвое устройство не отвечает",
  ],
  [
    "the routes that others had to the hosting network's addresses at that time (BGP collectors), and a traceroute from outside: where it ends",
    () =>
      "маршруты к адресам сети хостинга, которые в то время были у других (сборщики BGP), и трассировка снаружи: где она обрывается",
  ],
  [
    "the routes that others had to the hosting network's addresses at that time (BGP collectors)",
    () => "маршруты к адресам сети хостинга, которые в то время были у других (сборщики BGP)",
  ],
  [
    "names that no rule would list at the same addresses, from the same networks, while it lasts",
    () => "имена на тех же адресах, которых нет ни в каких правилах, из тех же сетей, пока это длится",
  ],
  [
    "round trips and loss to neighbouring addresses just before and while it lasts",
    () => "время отклика и потери до соседних адресов перед этим и пока это длится",
  ],
  [
    "what was ordered, and for whom: an announcement that names what is affected, or one that does not",
    () => "что и для кого было приказано: объявление, которое называет затронутое, или другое",
  ],
  [
    "other sites of the same hosting network, from the same users",
    () => "другие сайты той же сети хостинга, от тех же пользователей",
  ],
  [
    "the same names from networks of another operator, and from abroad",
    () => "те же имена из сетей другого оператора и из-за рубежа",
  ],
  [
    "the same names from abroad and from inside the hosting network",
    () => "те же имена из-за рубежа и изнутри сети хостинга",
  ],
  [
    "the names from inside the hosting network, and a traceroute from outside: whether it ends before the network's border or at it",
    () => "имена изнутри сети хостинга и трассировка снаружи: обрывается она до границы сети или на ней",
  ],
  [
    "the same names from operators that use another way out",
    () => "те же имена от операторов с другим выходом наружу",
  ],
  ["the addresses by themselves, without a look-up", () => "сами адреса, без поиска имени"],
  [
    "which boxes and rules acted, in several networks, at the minute it began",
    () => "какие устройства и правила действовали в нескольких сетях в минуту начала",
  ],
  [
    "the same names from more networks, from abroad, and from inside the hosting network",
    () => "те же имена из большего числа сетей, из-за рубежа и изнутри сети хостинга",
  ],
  [
    "how attempts fail, packet by packet, from several networks while it lasts",
    () => "как не удаются попытки, пакет за пакетом, из нескольких сетей, пока это длится",
  ],
];

const KINDS = [
  ["throttling", "замедление"],
  ["blocking", "блокировка"],
  ["outage", "отказ"],
  ["general-slowdown", "общее замедление"],
] as const;
const SEEN_FROM = [
  ["everywhere", "отовсюду"],
  ["some-networks", "из некоторых сетей"],
  ["one-vantage", "из одного места"],
] as const;

const CLAIMS: Sentences = [
  ...KINDS.map(([kind, russian]) => [`it is of kind ${kind}`, () => `это ${russian}`] as const),
  ...SEEN_FROM.map(([reach, russian]) => [`it was seen from ${reach}`, () => `видно ${russian}`] as const),
  ["nobody measured from inside the hosting network", () => "изнутри сети хостинга не измерял никто"],
  [
    "nothing is known that would answer '{text}'",
    (question) => `нет ничего, что ответило бы на вопрос '${question}'`,
  ],
  ["{text} was not measured", (name) => `${name}: не измеряли`],
  [
    "{text}: {n} of {n} attempts in trouble say too little",
    (name, some, all) => `${name}: трудности в ${some} из ${attempts(all!)}, этого мало`,
  ],
  [
    "{text}: trouble in {n} of {n} attempts",
    (name, some, all) => `${name}: трудности в ${some} из ${attempts(all!)}`,
  ],
  ["trouble in {n} of {n} attempts", (some, all) => `трудности в ${some} из ${attempts(all!)}`],
  ["when it began or ended was not measured", () => "когда началось или кончилось, не измерено"],
  [
    "{n} names were seen to be affected, and there may be more",
    (count) => `затронутых имён видно ${count}, может быть больше`,
  ],
  [
    "{n} networks were seen to be affected, and there may be more",
    (count) => `затронутых сетей видно ${count}, может быть больше`,
  ],
  ["it lasted {n} to {n} minutes", (least, most) => `длилось от ${least} до ${most} минут`],
  [
    "{text}: that may be inside or outside of it",
    (what) => `${saidInRussian(what!).text}: это может быть и внутри, и вне названного`,
  ],
  [
    "{text}: that does not settle it; missing: {text}",
    (shown, missing) => `${shown}: это не решает вопроса; не хватает: ${saidInRussian(missing!).text}`,
  ],
  ["{text}: that does not settle it", (shown) => `${shown}: это не решает вопроса`],
];

const IMPACT: Sentences = [
  ["how many use it, by country or network", () => "сколько людей этим пользуется, по странам или сетям"],
  ["how the users are spread over the networks", () => "как пользователи распределены по сетям"],
  ["what share of those affected notices it", () => "какая доля затронутых это замечает"],
  ["when it began", () => "когда это началось"],
];

const one = translatorOf([...EVIDENCE, ...MISSING, ...CLAIMS, ...IMPACT]);

/** Parts that are joined by semicolons are said one by one where the whole is not known. */
export function saidInRussian(sentence: string): Translated {
  const whole = one(sentence);
  const parts = sentence.split("; ");
  if (whole.isKnown || parts.length === 1) return whole;
  const each = parts.map(one);
  return { text: each.map(({ text }) => text).join("; "), isKnown: each.every(({ isKnown }) => isKnown) };
}
