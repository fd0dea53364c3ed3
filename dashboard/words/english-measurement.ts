/** English of the page about one measurement. */
import type { Rung } from "../../src/verdict/verdict.ts";

export const measurement = {
  heading: (id: string) => `Measurement ${id}`,
  choose: "Measurements are reached from incidents and from /api/v1/measurements; each has its own address.",
  bytes: {
    title: (target: string) => `How fast did ${target} move, beside its control?`,
    explains:
      "Bytes over time, from the start of the connection. Full line: target; dashed: control. Grey: the target stood still for five round trips or longer. Thin line: the rate that limits it, with what came through before it was met.",
    target: "target",
    control: "control",
    lookalike: "lookalike",
    rate: (rate: string, burst: string) => `held to ${rate} after ${burst}`,
    columns: { role: "role", name: "name", pair: "pair", elapsed: "elapsed_us", bytes: "bytes" },
  },
  speeds: {
    title: (target: string) => `What did the transfers of ${target} and its controls reach?`,
    explains: "Speed of each transfer, bit/s. Attempts that failed say at which step.",
    failed: (operation: string, failure: string) => `failed: ${operation} ${failure}`,
    noSpeed: "reached; no speed measured",
    columns: {
      role: "role",
      name: "name",
      direction: "direction",
      goodput: "goodput_bps",
      bytes: "bytes",
      operation: "operation",
      failure: "failure",
    },
  },
  seconds: "s",
  verdict: "Verdict",
  noVerdict: "This measurement was not judged by itself: it counts among others of its network and time.",
  confidence: (share: string) => `confidence ${share}`,
  rate: (rate: string) => `Held to ${rate}`,
  interval: (low: string, high: string) => `95 % interval ${low} to ${high}`,
  trigger: (kind: string, value: string) => `What sets it off: ${kind} ${value}`,
  place: {
    title: "Where on the way is it slowed?",
    explains:
      "Hops from the probe: the box lies after the last hop that is still reached without it, at or before the first with it.",
    probe: "probe",
    here: "the box is here",
    hop: (n: number) => `hop ${n}`,
    rung: ({ acted, passed, unsure }: Rung) =>
      `acted on in ${acted} of ${acted + passed}${unsure > 0 ? `, ${unsure} could not be told` : ""}`,
    router: (network: string) => `a router answered: ${network}`,
    columns: {
      ...{ hop: "hop", box: "box_may_be_here", acted: "acted", passed: "passed", unsure: "unsure" },
      router: "router",
    },
  },
  bypass: {
    title: "What gets past it?",
    explains:
      "The same name, sent in other ways to the control server, twice and more each. Circle: full speed came back; hatched square: it did not. What could not be told is left out.",
    free: "full speed",
    held: "still slowed or blocked",
    shapes: {
      "tcp-split": "hello in two TCP segments",
      "record-split": "hello in two TLS records",
      "record-before": "a TLS record that means nothing before the hello",
      padding: "hello padded beyond one packet",
      "low-ttl": "bytes before the hello that only reach the box",
      "trailing-dot": "a dot behind the name",
      "no-name": "no name at all",
      "other-port": "another port",
      quic: "over UDP, behind a QUIC Initial",
      "idle-wait": "after a long stillness",
    },
    columns: { shape: "shape", free: "full_speed" },
  },
  mechanisms: "How",
  proves: "What proves it",
  ruledOut: "What was ruled out, and why",
  explanation: "Explanation",
  because: "Because",
  noExplain: "Not asked here: triggers, bypasses and hops are asked by 'brakelight probe --explain'.",
};
