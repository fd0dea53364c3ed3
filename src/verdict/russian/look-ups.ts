/** What look-ups of a name and the way it was given tell, in Russian (verdict/look-ups.ts, verdict/look-up-sentences.ts, cli/probe-plain-input.ts). */
import type { Sentences } from "../../base/russian/sentences.ts";

const NOWHERE_ELSE = "но не видно, чтобы системный вёл хоть какое-то другое имя в другое место";
const NOBODYS = "а такого адреса у общедоступных сайтов не бывает";

export const LOOK_UP_SENTENCES: Sentences = [
  [
    "given as http:, and port {n} does not answer: it may have no HTTPS at all, and clear text is not measured",
    (port) =>
      `цель указана как http:, а порт ${port} не отвечает: возможно, HTTPS у неё нет, а без шифрования измерений не проводится`,
  ],
  [
    "given as http:, and measured over HTTPS: clear text may fare otherwise",
    () => "цель указана как http:, измерено по HTTPS: без шифрования может быть иначе",
  ],
  [
    "the control server {text} has no address from here, and is left out",
    (name) => `у контрольного сервера ${name} отсюда нет адреса, он не участвует`,
  ],
  [
    "the control site {text} has no address from here, and is left out",
    (name) => `у контрольного сайта ${name} отсюда нет адреса, он не участвует`,
  ],
  [
    "the name {text} has no address from here ({text}): the look-up fails, or the name does not exist",
    (name, why) =>
      `у имени ${name} отсюда нет адреса (${why}): запрос не удаётся, или такого имени не существует`,
  ],
  [
    "the system's name server has no address for {text} ({text}); a second one has, and the server there proves that it is {text}",
    (name, why) =>
      `системный сервер имён не знает адреса ${name} (${why}), а второй знает, и сервер по этому адресу доказывает, что он ${name}`,
  ],
  [
    "a second name server would tell: --resolver ADDRESS",
    () => "это показал бы второй сервер имён: --resolver АДРЕС",
  ],
  [
    "at an address that is known to be its own it can be measured all the same: --connect ADDRESS",
    () => "по адресу, о котором известно, что он его, измерить можно и так: --connect АДРЕС",
  ],
  [
    "a second name server leads to a server that proves to be {text}, yet such a failure may be the system's name server's own trouble",
    (name) =>
      `второй сервер имён ведёт к серверу, который доказывает, что он ${name}, но такой сбой может быть бедой самого системного сервера имён`,
  ],
  [
    "a second name server leads to a server that proves to be {text}, yet the system's was not seen to lead any other name elsewhere",
    (name) => `второй сервер имён ведёт к серверу, который доказывает, что он ${name}, ${NOWHERE_ELSE}`,
  ],
  ["yet the system's was not seen to lead any other name elsewhere", () => NOWHERE_ELSE],
  [
    "a second name server leads to {text}, and the server there proves that it is {text}",
    (address, name) => `второй сервер имён ведёт на ${address}, и сервер там доказывает, что он ${name}`,
  ],
  [
    "what a second name server says did not prove to be {text} either",
    (name) => `ответ второго сервера имён тоже не привёл к серверу, который доказал бы, что он ${name}`,
  ],
  [
    "the name {text} had no address at first, and a moment later {text}: measure again",
    (name, addresses) =>
      `у имени ${name} сначала не было адреса, а чуть позже был ${addresses}: повторите измерение`,
  ],
  [
    "the system's name server leads {text} to {text}, which no public site has",
    (name, addresses) => `системный сервер имён ведёт ${name} на ${addresses}, ${NOBODYS}`,
  ],
  [
    "the second name server leads {text} to {text}, which no public site has",
    (name, addresses) => `второй сервер имён ведёт ${name} на ${addresses}, ${NOBODYS}`,
  ],
  ["bypass tools hand out such addresses", () => "такие адреса раздают программы обхода блокировок"],
  [
    "the certificate is another's where the system's name server leads {text} ({text})",
    (name, addresses) => `там, куда системный сервер имён ведёт ${name} (${addresses}), сертификат чужой`,
  ],
  [
    "nothing answers where the system's name server leads {text} ({text}): it is the name server, or the address",
    (name, addresses) =>
      `там, куда системный сервер имён ведёт ${name} (${addresses}), никто не отвечает: дело в сервере имён или в адресе`,
  ],
  [
    "the second name server gave no address of {text} ({text}): the system's is not held against it",
    (name, why) => `второй сервер имён не дал адреса ${name} (${why}): ответ системного сравнить не с чем`,
  ],
  [
    "the second name server leads to other networks than the system's ({text}; the system's: {text}), as it does with content networks",
    (second, system) =>
      `второй сервер имён ведёт в другие сети, чем системный (${second}; системный: ${system}), как бывает и у сетей доставки`,
  ],
  [
    "the system's name server's query was answered more than once, and the answers contradict each other ({text}; then {text}): one may be forged",
    (first, later) =>
      `на один запрос к системному серверу имён пришли ответы, которые противоречат друг другу (${first}; потом ${later}): один из них, возможно, подделан`,
  ],
  [
    "the second name server's query was answered more than once, and the answers contradict each other ({text}; then {text}): one may be forged",
    (first, later) =>
      `на один запрос ко второму серверу имён пришли ответы, которые противоречат друг другу (${first}; потом ${later}): один из них, возможно, подделан`,
  ],
];
