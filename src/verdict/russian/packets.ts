/**
 * Evidence of packets in Russian: what the captured flows of the probe add (verdict/pair/with-packets.ts), in the words of
 * verdict/slowness. Such a sentence is made of parts with "; " between them, each of which has its own.
 */
import { pluralOf, russianQuantities as q, russianNumber } from "../../base/russian/quantity.ts";
import { type Sentences, translatorOf } from "../../base/russian/sentences.ts";

const n = russianNumber;

const PARTS: Sentences = [
  [
    "{n} of {n} losses came when a token bucket of that rate was empty",
    (some, all) =>
      `${some} из ${all} потерь пришлись на время, когда ведро маркеров с такой скоростью было пусто`,
  ],
  ["it accounts for {n} % of what is to be explained", (share) => `этим объясняется ${share} % потерь`],
  [
    "delay did not rise before losses (median {q} above the base, a queue of that depth would have added {q})",
    (rise, expected) =>
      `перед потерями задержка не росла (медиана на ${q(rise!)} выше основы, очередь такой глубины добавила бы ${q(expected!)})`,
  ],
  [
    "delay did not rise before losses (median {q} above the base)",
    (rise) => `перед потерями задержка не росла (медиана на ${q(rise!)} выше основы)`,
  ],
  [
    "packets came no faster than the fitted rate: a queue before the capture spaced them",
    () => "пакеты шли не быстрее найденной скорости: их развела очередь до места захвата",
  ],
  [
    "bursts of {q} came faster than the rate, which a queue would have spread",
    (size) => `пачки по ${q(size!)} пришли быстрее этой скорости, а очередь растянула бы их`,
  ],
  [
    "only {n} drops have a delay sample before them",
    (count) => `лишь перед ${count} потерями известна задержка`,
  ],
  [
    "delay follows the backlog (R² {n}, slope {n})",
    (r2, slope) => `задержка следует за очередью (R² ${n(r2!)}, наклон ${n(slope!)})`,
  ],
  [
    "delay rises with the backlog (R² {n}, slope {n})",
    (r2, slope) => `задержка растёт вместе с очередью (R² ${n(r2!)}, наклон ${n(slope!)})`,
  ],
  [
    "delay was {q} above the base before losses",
    (rise) => `перед потерями задержка была на ${q(rise!)} выше основы`,
  ],
  [
    "half of all packets waited longer than a round trip ({q})",
    (delay) => `половина пакетов ждала дольше, чем идёт пакет туда и обратно (${q(delay!)})`,
  ],
  [
    "delivery ran at {q} in {n} of {n} {text} of 40 packets while packets waited (spread {n} %)",
    (rate, some, all, _, spread) =>
      `пока пакеты ждали, они доставлялись со скоростью ${q(rate!)} в ${some} из ${all} окон по 40 пакетов (разброс ${n(spread!)} %)`,
  ],
  [
    "losses and delays follow one queue of {q}",
    (rate) => `потери и задержки дают одну очередь с ${q(rate!)}`,
  ],
  ["the queue added {q}", (delay) => `очередь добавила ${q(delay!)}`],
  ["packets waited instead of being dropped", () => "пакеты ждали, а не отбрасывались"],
  [
    "delay rose by up to {q} while the rate varied",
    (rise) => `задержка росла на величину до ${q(rise!)}, а скорость менялась`,
  ],
  [
    "delay rose by {q} at most (95 % of packets)",
    (rise) => `задержка выросла не больше чем на ${q(rise!)} (95 % пакетов)`,
  ],
  [
    "no token bucket accounts for the losses (the best for {n} %)",
    (share) => `никакое ведро маркеров не объясняет потерь (лучшее объясняет ${share} %)`,
  ],
  ["too few delay samples", () => "слишком мало измерений задержки"],
  ["no delay before losses", () => "перед потерями задержки нет"],
  [
    "packets waited in no window of 40 packets ({n} looked at)",
    (all) => `пакеты не ждали ни в одном окне по 40 пакетов (просмотрено окон: ${all})`,
  ],
  [
    "packets waited in {n} of {n} {text} of 40 packets",
    (some, all) => `пакеты ждали в ${some} из ${all} окон по 40 пакетов`,
  ],
  [
    "the rate varied by {n} % while packets waited",
    (spread) => `пока пакеты ждали, скорость менялась на ${n(spread!)} %`,
  ],
  [
    "losses follow the bucket, not chance: {text} nats better than random loss, {text} better than bursts",
    (gain, bursty) =>
      `потери следуют за ведром маркеров, а не за случаем: на ${gain} нат лучше случайных потерь, на ${bursty} лучше потерь пачками`,
  ],
  [
    "{n} losses come when a bucket emptied at each loss had not refilled yet (gain {text} nats over bursty loss)",
    (losses, gain) =>
      `потери (${losses}) приходятся на время, когда опустевшее ведро маркеров ещё не наполнилось (на ${gain} нат лучше потерь пачками)`,
  ],
  ["{n} of {n} packets lost", (some, all) => `потеряно ${some} из ${all} пакетов`],
  [
    "the bucket's depth is not told: {n} kB if all connections share it, {n} kB if only those with losses were policed",
    (all, lossy) =>
      `глубина ведра неизвестна: ${all} кБ, если оно общее, и ${lossy} кБ, если ограничены только соединения с потерями`,
  ],
  [
    "{n} of {n} connections with losses have a bucket of their own",
    (some, all) => `у ${some} из ${all} соединений с потерями своё ведро маркеров`,
  ],
];

const partInRussian = translatorOf(PARTS);

/** A part that is not known stays English. */
function partsInRussian(text: string): string {
  return text
    .split("; ")
    .map((part) => partInRussian(part).text)
    .join("; ");
}

export const PACKET_SENTENCES: Sentences = [
  ...PARTS,
  [
    "packets of {n} of {n} captured flows: {list}",
    (some, all, what) =>
      `по пакетам ${some} из ${all} ${pluralOf(Number(all), "захваченного потока", "захваченных потоков", "захваченных потоков")}: ${partsInRussian(what!)}`,
  ],
  [
    "{n} captured flows behind buckets alike, full at first: {text} agrees with what arrived and with {n} of {n} runs of losses",
    (flows, rates, some, all) =>
      `если вёдра маркеров у захваченных потоков (${flows}) одинаковы и сначала полны, то ${ratesInRussian(rates!)} согласуется с тем, что дошло, и с ${some} из ${all} серий потерь`,
  ],
  [
    "uploads were not looked at to the end: the time went into the rate",
    () => "отдача не досмотрена до конца: время ушло на скорость",
  ],
  [
    "{n} downloads with the target's name at a steady pace, {n} of them until a packet was lost: {text} behind one bucket agrees with all",
    (count, lost, rates) =>
      `${count} ${pluralOf(Number(count), "загрузка", "загрузки", "загрузок")} с именем цели в ровном темпе, из них до потери пакета ${lost}: со всеми согласуется ${ratesInRussian(rates!)} за одним ведром маркеров`,
  ],
];

/** "138 kbit/s to 142 kbit/s", "138 kbit/s and more" */
function ratesInRussian(rates: string): string {
  return q(rates).replace(" to ", " – ").replace(" and more", " и больше");
}
