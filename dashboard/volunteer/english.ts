/** What the volunteer's page says, in English: the catalogue's shape (words.ts). */
import { counted, formatBytes, formatRate } from "../../src/base/units.ts";
import type { Reading } from "../../src/server/volunteer/plan.ts";
import type { Reason } from "./judge-loads.ts";
import type { Outcome, Spoiled } from "./load.ts";

export type Who = "target" | "control" | "lookalike";
const WHO: Readonly<Record<Who, string>> = {
  target: "the tested object",
  control: "the object to compare with",
  lookalike: "the object with a similar name",
};
const SPOILED: Readonly<Record<Spoiled, (detail: string) => string>> = {
  cached: () => "it came from a cache, not over the network",
  "too-fast": () => "it came faster than any network is: from a cache, or it is another object",
  redirect: () => "its server sent the browser to another address",
  size: (detail) => `its size has changed (${detail} bytes)`,
  picture: (detail) => `it is another picture now (${detail} pixels)`,
  status: (detail) => `its server answered ${detail}`,
};

export const english = {
  title: "Is it slowed down here?",
  lead: "This page loads an object of a site and, in turn with it, one to compare with, and tells how fast each came. Nothing is installed. Nothing happens before you press a button below.",
  language: "Language",
  simulated: "SIMULATED",
  simulatedNote:
    "These objects are on this machine, in a laboratory: what is found says nothing of the world.",
  failedPlan: (because: string) => `The test cannot begin: ${because}`,
  consent: {
    heading: "What it does",
    choose: "Test",
    contacts: "Your browser will load, several times each:",
    object: (host: string, bytes: number, times: number) => `${host}: ${formatBytes(bytes)}, ${times} times`,
    cookies: "with the cookies that your browser keeps for that site",
    bytes: (bytes: number) => `Together at most ${formatBytes(bytes)} of your data plan.`,
    budget: "Stop at (MB)",
    risk: "It can be risky. Your provider sees that you contact these sites, several times in a short while, as it sees every site that you open. In some countries it may matter to somebody that you test them. If in doubt, do not.",
    sent: "Sent to this server, and only if you press the first button: times, speeds and what follows from them, the country and network left open. The server keeps the first three parts of your IPv4 address (of IPv6 less), never all of it. You get a token that deletes it again.",
    takesNone: (because: string) => `This server takes no results: ${because}.`,
    startAndSend: "Start, and send the result to this server",
    start: "Start, and keep the result here",
    nothing: "Choose what to test first.",
  },
  run: {
    heading: "The test is running",
    load: (who: Who, host: string, round: number, rounds: number) =>
      `Round ${round} of ${rounds}: ${WHO[who]} (${host})`,
    elapsed: (seconds: string) => `${seconds} s`,
    soFar: (bytes: number, bps: number) => `${formatBytes(bytes)} so far, ${formatRate(bps)}`,
    unseen: "how much of it is here cannot be seen",
    loads: "Progress",
    stop: "Stop",
    log: "Loads so far",
  },
  result: {
    heading: "Result",
    throttled: (target: string, target_: string, control: string) =>
      `${target} is slowed down here: ${target_}, while the object to compare with reached ${control}.`,
    ok: (target: string, target_: string, control: string) =>
      `${target} is not slowed down here: ${target_}, and the object to compare with ${control}.`,
    insufficient: (target: string, because: string) => `${target}: this cannot be said. ${because}`,
    stopped: "You stopped the test. Nothing was concluded, and nothing was sent.",
    onePair:
      "One short test by one browser. It does not tell who slows, where, or by what; several people's results, or brakelight probe, do.",
    over: (host: string, state: string, speed: string) => `The similar name (${host}): ${speed}, ${state}.`,
    overStates: {
      throttled: "slowed down as well: the rule hits more than its target",
      ok: "not slowed down",
      insufficient: "which leaves it open",
    },
    noSpeed: "no speed",
    again: "Back to the start",
    moved: (bytes: number) => `At most ${formatBytes(bytes)} were loaded.`,
  },
  table: {
    caption: "Each load, in the order in which it ran",
    columns: ["Round", "Object", "Time", "Speed", "What came"],
  },
  outcome: {
    whole: "whole",
    wholeUnseen: "whole; its size is the listed one, which the browser cannot see",
    part: (bytes: number) => `time was up after ${formatBytes(bytes)}`,
    failed: "could not be loaded; the browser does not say why",
    late: "time was up; whether anything came cannot be seen",
    stopped: "stopped",
  } satisfies Record<
    Exclude<Outcome["kind"], "spoiled"> | "wholeUnseen",
    string | ((bytes: number) => string)
  >,
  spoiled: (why: Spoiled, detail: string) => SPOILED[why](detail),
  who: (who: Who) => WHO[who],
  rate: (bps: number) => formatRate(bps),
  seconds: (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`,
  how: {
    cors: "Bytes were counted as they came, against the listed size.",
    image:
      "The picture was decoded to its end and has the listed width and height; its size is the listed one.",
    time: "The browser sees only when the object ended, and that it came whole; its size is the listed one.",
  } satisfies Record<Reading, string>,
  howHeading: "How it was measured",
  evidence: (loads: number) =>
    `Middle speeds of ${counted(loads, "load")}, taken in turn in random order; from the request to the last byte.`,
  reason: (reason: Reason): string => {
    switch (reason.kind) {
      case "too-few": {
        const why = reason.end === "budget" ? ": the bytes that you gave were used up" : "";
        return `Not enough measurements to say (${reason.have} of ${reason.needed} needed)${why}.`;
      }
      case "failed":
        if (reason.role === "both") return "Neither object could be loaded: it may be your connection.";
        return reason.role === "control"
          ? "The object to compare with could not be loaded: nothing to hold the other against."
          : "The tested object could not be loaded at all. It may have been removed, its server may be down, or somebody may block it: a browser cannot tell these apart.";
      case "late":
        return reason.role === "both"
          ? "Neither object came within the time, and whether anything came cannot be seen."
          : `${capital(WHO[reason.role])} did not come within the time, and whether anything of it came cannot be seen: very slow, or not at all.`;
      case "frozen":
        return `${capital(WHO[reason.role])} stopped after ${formatBytes(reason.bytes)}: no byte came for ten seconds. That is no speed.`;
      case "spoiled":
        return `A load of ${WHO[reason.role]} does not count: ${SPOILED[reason.why](reason.detail)}.`;
      case "slow-for-everything":
        return "It is slow for everything here: the object to compare with is as slow, so nothing can be said of this site alone.";
      case "control-slow":
        return "The object to compare with is itself too slow (below 400 kbit/s) to show a limit.";
      case "below-caps":
        return "It came more slowly than any limit that is known (10 kbit/s): it may be broken, not limited.";
      case "between":
        return "It is slower, but not by so much that chance is ruled out.";
      case "contradict":
        return "The rounds contradict each other.";
      case "unseen":
        return "It came fast, but the browser cannot see whether it was the object, or an error page in its place.";
    }
  },
  sent: {
    waiting: "Sending the result to this server ...",
    kept: "Not sent: the result is on this page alone.",
    refused: (because: string) => `It was not taken: ${because}. The result above stands.`,
    done: "It was sent. This token deletes it again; it is shown only here, and only now:",
    known: "This server has it already.",
    token: "Deletion token",
    delete: "Delete it again",
    deleting: "Deleting ...",
    deleted: (count: number) => `Deleted: ${counted(count, "record")}.`,
    pending: "Noted: it will be deleted as soon as the server can.",
    notDeleted: (because: string) => `Not deleted: ${because}. Try again later; the token stays valid.`,
  },
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
