/** What is said of a target that is judged without a server of ours (verdict/pair/judge-by-address.ts), in Russian. */
import { genitiveOf, russianNumber, russianQuantities } from "../../base/russian/quantity.ts";
import type { Sentences } from "../../base/russian/sentences.ts";

const TRIGGER = "то, что замедление вызывает имя, не доказано: добавьте контрольный сервер (--control АДРЕС)";
const WHAT_ELSE = "the name as the trigger is not proven: add a control server (--control ADDRESS)";

const EACH =
  "{n} of {flows} that went on for long enough were each held to a rate of their own ({q} to {q}) and lost packets, and controls were not held near it";

function eachLimited([some, all, low, high]: readonly (string | undefined)[]): string {
  return (
    `${some} из ${genitiveOf(Number(all), "потока", "потоков")}, длившихся достаточно долго, шли каждый со своей ограниченной скоростью ` +
    `(от ${russianQuantities(low!)} до ${russianQuantities(high!)}) и теряли пакеты, а контрольные на таких скоростях не держались`
  );
}

export const UNPAIRED_SENTENCES: Sentences = [
  [EACH, (...parts) => eachLimited(parts)],
  [
    `${EACH}, but for {n} of {n}`,
    (some, all, low, high, near, controls) =>
      `${eachLimited([some, all, low, high])}, кроме ${near} из ${controls}`,
  ],
  [
    "a Bayes factor of {n} for a limit against an ordinary pair of speeds ({n} needed)",
    (factor, needed) =>
      `коэффициент Байеса ${factor} в пользу ограничения против обычной пары скоростей (нужно ${needed})`,
  ],
  [
    "how far it was behind, pair by pair, is evidence of {n} to 1 against names that make no difference ({n} needed); a server that treats the two names differently would look the same",
    (odds, needed) =>
      `отставание от пары к паре свидетельствует ${odds} к 1 против того, что имя ничего не меняет (нужно ${needed}); сервер, который сам различает два имени, выглядел бы так же`,
  ],
  [WHAT_ELSE, () => TRIGGER],
  [
    `its handshake is late under this name alone, and nothing shows that its hello was held on the way: server or box; ${WHAT_ELSE}`,
    () =>
      `соединение запаздывает только под этим именем, и не видно, что первое сообщение задержали в пути: дело в сервере или в устройстве на пути; ${TRIGGER}`,
  ],
  [
    "nobody acknowledged the hello for more than half of the handshake in {n} of {flows}: it was held on the way, and no server was slow to answer it",
    (some, all) =>
      `первое сообщение оставалось без подтверждения больше половины времени установления соединения в ${some} из ${genitiveOf(Number(all), "потока", "потоков")}: его держали в пути, а не сервер медлил с ответом`,
  ],
  [
    `a Bayes factor of {n} is below {n}; ${WHAT_ELSE}`,
    (factor, needed) => `коэффициент Байеса ${russianNumber(factor!)} ниже ${needed}; ${TRIGGER}`,
  ],
  [
    `slow, but not held to one rate: server, route or address; ${WHAT_ELSE}`,
    () => `медленно, но не на одной скорости: дело в сервере, маршруте или адресе; ${TRIGGER}`,
  ],
  [
    `slow where other sites are not, and the address answers to no other name: server, route or address; ${WHAT_ELSE}`,
    () =>
      `медленно там, где другие сайты быстры, а другому имени адрес не отвечает: дело в сервере, маршруте или адресе; ${TRIGGER}`,
  ],
  [
    `the target fails or is late where other sites do not: server, route or address; ${WHAT_ELSE}`,
    () =>
      `цель не отвечает или запаздывает там, где другие сайты работают: дело в сервере, маршруте или адресе; ${TRIGGER}`,
  ],
];
