/** The English catalogue: it gives the shape that every language has to fill (shape.ts). */
import { incident } from "./english-incident.ts";
import { laboratory } from "./english-laboratory.ts";
import { measurement } from "./english-measurement.ts";
import { overview } from "./english-overview.ts";
import { pairs } from "./english-pairs.ts";
import { rules } from "./english-rules.ts";

export const english = {
  frame: {
    from: "From",
    until: "until",
    skip: "Skip to the content",
    pages: "Pages",
    waiting: "Asking the server…",
    failed: (because: string) => `The server could not answer: ${because}`,
    noPage: "There is no such page.",
    nothing: "Nothing was measured here.",
    light: "Light",
    dark: "Dark",
    footer: "Nothing is asked of any other host. The same data for programs:",
  },
  pages: { overview: "Overview", incidents: "Incidents", targets: "Targets", networks: "Networks" },
  slowness: {
    policed: "policed: what exceeds a rate is dropped",
    shaped: "shaped: what exceeds a rate is delayed",
    lossy: "lossy: packets are lost at random",
    congested: "congested: a shared queue is full",
    frozen: "frozen: nothing more arrives",
    delayed: "delayed: only the handshake is slow",
    "receiver-limited": "limited by the receiver",
    "sender-limited": "limited by the sender",
    unimpeded: "unimpeded",
    undecided: "undecided",
  },
  picture: {
    simulated: "SIMULATED",
    simulatedNote: "Everything on this page was played in a laboratory. None of it happened.",
    asTable: "Show as table",
    embed: "Embed",
    embedHow: "Paste this into a page:",
    whole: "The whole page",
    firstRows: (shown: number, all: number) => `The first ${shown} of ${all} rows; the CSV has them all`,
    measurements: (n: string) => `n = ${n} measurements`,
    pairs: (n: string) => `n = ${n} pairs`,
    target: (name: string) => `Target: ${name}`,
    network: (name: string) => `Network: ${name}`,
    networks: (n: string) => `Networks: ${n}`,
    dates: (from: string, to: string) => `${from} to ${to} UTC`,
    source: (origin: string, method: string) => `Source: ${origin}, Brakelight methods ${method}`,
    stored: "Source: measurements in this server's store, judged by Brakelight",
    storedSimulated: "Source: SIMULATED in a laboratory, judged by Brakelight",
    hour: (time: string) => `Hour from ${time} UTC`,
    transfers: (n: string) => `n = ${n} transfers`,
    sourceAlone: (origin: string) => `Source: ${origin}`,
    origins: {
      measured: "own measurements",
      imported: "imported measurements",
      simulated: "SIMULATED in a laboratory",
    },
  },
  kinds: {
    throttling: "Throttling",
    blocking: "Blocking",
    outage: "Outage",
    "general-slowdown": "General slowdown",
  },
  states: {
    ok: "not throttled",
    throttled: "throttled",
    blocked: "blocked",
    down: "down",
    insufficient: "not enough measurements to say",
    invalid: "not valid: the way was not the plain one",
    absent: "not measured",
  },
  incident,
  laboratory,
  measurement,
  overview,
  pairs,
  rules,
};
