/**
 * `brakelight probe --explain`: of a target that the pairs found slowed or blocked, what triggers it, where it sits, and
 * what gets past it. Wires the connections (probe/explain) to who judges them (verdict/explain). Everything goes to the
 * control server, but for two connections to the target's own address. Bounds: `budgetMs` in all, 40 connections for the
 * pattern. What cannot be told is absent, and `evidence` says why.
 */
import type { Random } from "../base/random.ts";
import type { Observation } from "../observation/observation.ts";
import { type ConnectionSpec, Oracle } from "../probe/explain/oracle.ts";
import type { ServerPorts } from "../probe/explain/server-ports.ts";
import { tryHello } from "../probe/explain/try-hello.ts";
import { tryNames } from "../probe/explain/try-names.ts";
import { tryShapes } from "../probe/explain/try-shapes.ts";
import { tryWaits, WAIT_LANES } from "../probe/explain/try-waits.ts";
import type { NamedPlace, Place } from "../probe/pairs/arms.ts";
import type { Trust } from "../probe/transfer/transfer.ts";
import { actedOn, measureOf } from "../verdict/explain/acted-on.ts";
import { agreed, areBytesRead } from "../verdict/explain/agreement.ts";
import {
  addressSentence,
  besideNeutralSentence,
  helloSentences,
  invertedSentence,
  shapeSentences,
} from "../verdict/explain/explain-sentences.ts";
import { coverName } from "../verdict/explain/foreign-letters.ts";
import { searchName } from "../verdict/explain/name-search.ts";
import { type Reaction, reactionOf } from "../verdict/explain/reaction.ts";
import {
  isPastByStillness,
  lifeSentences,
  type StateLife,
  stateLife,
} from "../verdict/explain/state-life.ts";
import type { Rung } from "../verdict/verdict.ts";
import { findPlace } from "./explain-place.ts";
import { tryQuic } from "./explain-quic.ts";
import { waitsSeconds } from "./probe-budget.ts";

export interface ExplainMeans {
  readonly controlServer: Place;
  /** What it says it listens on; absent: it is no control server of ours. */
  readonly ports?: ServerPorts;
  /** No rule for the target matches it. */
  readonly neutralName: string;
  /** Of the pairs. */
  readonly observations: readonly Observation[];
  readonly trust: Trust;
  readonly random: Random;
  readonly budgetMs?: number;
  /** Also for how long a box remembers, by connections that are still for up to so long: takes that long. */
  readonly patientSeconds?: number;
  /** Most bytes of all connections; what is under way when they are spent ends by itself. */
  readonly budgetBytes?: number;
  /** Aborted: what is known by then is told. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (doing: string) => void;
  /** Before the waits of `patientSeconds` begin. */
  readonly onPatience?: (seconds: number) => void;
}

export interface Explained {
  readonly trigger?: {
    readonly pattern?: string;
    readonly where: "sni" | "host";
    readonly connections: number;
  };
  readonly place?: { readonly throttlerHop?: number; readonly blockerHop?: number };
  /** What the place rests on; also where it leaves it open. */
  readonly ladder?: readonly Rung[];
  readonly stateLife?: StateLife;
  /** By shape: whether full speed came back. */
  readonly bypass?: Readonly<Record<string, boolean>>;
  readonly evidence: readonly string[];
  readonly bytes: number;
}

const ENDED = "it was ended before everything was tried";
const BUDGET_MS = 100_000;
const BUDGET_BYTES = 40_000_000;
/** Side by side; fewer where free ones hold each other up for longer than CALIBRATION_FREE_US. */
const LANES = [6, 3, 1];
const CALIBRATION_FREE_US = 2_500_000;

export async function explain(target: NamedPlace, means: ExplainMeans): Promise<Explained> {
  const reaction = reactionOf(means.observations);
  if (!reaction) {
    const why =
      "nothing to explain: the pairs against the control server show nothing by name that a single connection could be told by";
    return { evidence: [why], bytes: 0 };
  }
  const run = new Explanation(target, means, reaction);
  return run.explain();
}

type Known = Omit<Explained, "evidence" | "bytes">;
type Found = { -readonly [Field in keyof Known]: Known[Field] };

interface Pace {
  readonly lanes: number;
  /** The longest that a connection known to be free took to be told. */
  readonly freeUs: number;
}

class Explanation {
  readonly #target: NamedPlace;
  readonly #means: ExplainMeans;
  readonly #reaction: Reaction;
  readonly #deadlineMs: number;
  /** The server gets it where boxes see the target's name. */
  readonly #cover: string;
  readonly #found: Found = {};
  readonly #evidence: string[] = [];
  readonly #oracles: Oracle[] = [];
  #udpBytes = 0;

  constructor(target: NamedPlace, means: ExplainMeans, reaction: Reaction) {
    this.#target = target;
    this.#means = means;
    this.#reaction = reaction;
    this.#cover = coverName(target.name, means.random);
    this.#deadlineMs = performance.now() + (means.budgetMs ?? BUDGET_MS);
  }

  /** What breaks off in the middle loses nothing of what is known by then. */
  async explain(): Promise<Explained> {
    await this.#explain().catch(({ message }: Error) => {
      this.#evidence.push(`not explained to the end: ${message}`);
    });
    return { ...this.#found, evidence: this.#evidence, bytes: this.#bytes };
  }

  get #bytes(): number {
    return this.#oracles.reduce((sum, { bytes }) => sum + bytes, this.#udpBytes);
  }

  get #leftBytes(): number {
    return Math.max(0, (this.#means.budgetBytes ?? BUDGET_BYTES) - this.#bytes);
  }

  async #explain(): Promise<void> {
    const { onProgress, signal } = this.#means;
    onProgress?.("how fast connections can be told");
    const pace = await this.#calibrate();
    if (pace === undefined) {
      this.#evidence.push(
        signal?.aborted
          ? ENDED
          : `connections under ${this.#cover} could not be told from those that are acted on`,
      );
      return;
    }
    const oracle = this.#oracle(pace);
    onProgress?.("place");
    const hop = await this.#findPlace(oracle);
    onProgress?.("trigger");
    await this.#findTrigger(oracle, hop);
    onProgress?.("bypass");
    await this.#findBypass(oracle, hop);
    await this.#findStateLife(pace);
    this.#evidence.push(`${oracle.connections} connections in all`);
    if (signal?.aborted) this.#evidence.push(ENDED);
    else if (oracle.isOver)
      this.#evidence.push("time or bytes were spent before everything was tried (--budget-bytes)");
  }

  #oracle({ lanes, freeUs }: Pace, deadlineMs = this.#deadlineMs): Oracle {
    const reaction = this.#reaction;
    const oracle = new Oracle({
      ...{ server: this.#means.controlServer, trust: this.#means.trust, deadlineMs, lanes },
      ...measureOf(reaction, freeUs),
      direction: reaction.kind === "rate" ? reaction.direction : "down",
      judge: (soFar) => actedOn(reaction, soFar, freeUs),
      agreed,
      mostBytes: this.#leftBytes,
      ...(reaction.kind === "break" ? { beside: { name: this.#cover } } : {}),
      ...(this.#means.signal ? { signal: this.#means.signal } : {}),
    });
    this.#oracles.push(oracle);
    return oracle;
  }

  /** How many free connections can run side by side and still be told soon; undefined where not even one can. */
  async #calibrate(): Promise<Pace | undefined> {
    for (const lanes of LANES) {
      const oracle = this.#oracle({ lanes, freeUs: CALIBRATION_FREE_US });
      const asked = await oracle.askAll(Array.from({ length: lanes }, () => ({ name: this.#cover })));
      const free = asked.filter(({ answer }) => answer === "no");
      const freeUs = Math.max(...free.map(({ outcome }) => outcome!.durationUs - (outcome!.connectUs ?? 0)));
      const isWhole = free.length === asked.length;
      if (isWhole && (freeUs <= CALIBRATION_FREE_US || lanes === LANES.at(-1))) return { lanes, freeUs };
    }
    return undefined;
  }

  async #findPlace(oracle: Oracle): Promise<number | undefined> {
    const names = { target: this.#target.name, cover: this.#cover, random: this.#means.random };
    const { hop, ladder, evidence } = await findPlace(oracle, names);
    this.#evidence.push(...evidence);
    if (!ladder) return undefined;
    const { kind } = this.#reaction;
    const hopName = kind === "break" || kind === "freeze" ? "blockerHop" : "throttlerHop";
    this.#found.place = hop === undefined ? {} : { [hopName]: hop };
    this.#found.ladder = ladder;
    return hop;
  }

  async #findTrigger(oracle: Oracle, hop: number | undefined): Promise<void> {
    const { neutralName, random } = this.#means;
    const { name } = this.#target;
    const told = this.#evidence;
    const search = searchName(name.toLowerCase(), neutralName, random);
    const { pattern, connections, evidence } = await tryNames(search, oracle);
    told.push(...evidence);
    if (pattern !== undefined) this.#found.trigger = { pattern, where: "sni", connections };
    told.push(await this.#tryAddress(oracle));
    const [inverted, plain] = await Promise.all([
      oracle.askUntilAgreed({ name, inverted: true }),
      oracle.askUntilAgreed({ name }),
    ]);
    told.push(invertedSentence(inverted, plain));
    // Without a pattern it is the name all the same, where the same bytes do not act when they cannot be read.
    if (areBytesRead(inverted, plain)) this.#found.trigger ??= { where: "sni", connections };
    if (hop !== undefined) {
      told.push(...helloSentences(await tryHello(oracle, this.#cover, name, hop)));
    } else {
      told.push("fields of the hello and the inspection window: not tried without a known place");
    }
    told.push(...(await Promise.all([this.#tryHelloBack(oracle), this.#tryPlain(oracle)])));
  }

  /** The same names in a hello that the far end sends. */
  async #tryHelloBack(oracle: Oracle): Promise<string> {
    const { ports, neutralName } = this.#means;
    const reaction = this.#reaction;
    const what = "a hello sent by the server";
    if (!ports) return `${what}: not tried, the other end is no control server that can be asked for it`;
    if (reaction.kind === "delay" || (reaction.kind === "rate" && reaction.direction === "up"))
      return `${what}: not tried, only downloads that are held or broken off show it`;
    return this.#besideNeutral(oracle, what, (name) => ({ name, helloBack: true }), neutralName);
  }

  /** The name in clear text. */
  async #tryPlain(oracle: Oracle): Promise<string> {
    const { ports, controlServer, neutralName } = this.#means;
    const what = "the name as Host of a plain HTTP request";
    const port = ports?.httpPort;
    if (port === undefined) return `${what}: not tried, the control server names no port for plain HTTP`;
    if (this.#reaction.kind === "delay") return `${what}: not tried, it has no handshake that could be late`;
    const place = { address: controlServer.address, port };
    return this.#besideNeutral(oracle, what, (host) => ({ host, plain: true, place }), neutralName);
  }

  /** What acts on the neutral name as well does not act by name; nor does what cannot be told there. */
  async #besideNeutral(
    oracle: Oracle,
    what: string,
    spec: (name: string) => ConnectionSpec,
    neutralName: string,
  ): Promise<string> {
    const [target, neutral] = await Promise.all(
      [this.#target.name, neutralName].map((name) => oracle.askUntilAgreed(spec(name))),
    );
    return besideNeutralSentence(what, target!, neutral!);
  }

  async #tryAddress(oracle: Oracle): Promise<string> {
    const { name, address, port, path } = this.#target;
    const { neutralName } = this.#means;
    if (this.#reaction.kind === "rate" && this.#reaction.direction === "up") return addressSentence([]);
    const spec = { name: neutralName, host: name, place: { address, port }, path };
    return addressSentence(await oracle.askUntilAgreed(spec));
  }

  async #findBypass(oracle: Oracle, hop: number | undefined): Promise<void> {
    const { controlServer, ports } = this.#means;
    const otherPort = ports?.port === controlServer.port ? ports.otherPort : ports?.port;
    const { name } = this.#target;
    const [shapes, plain] = await Promise.all([
      tryShapes(oracle, {
        ...{ name, server: controlServer },
        ...(otherPort === undefined ? {} : { otherPort }),
        ...(hop === undefined ? {} : { hopLimit: hop }),
      }),
      oracle.askUntilAgreed({ name }),
    ]);
    this.#evidence.push(...shapeSentences(shapes, plain));
    if (otherPort === undefined)
      this.#evidence.push("other-port: not tried, the control server names no second port (--other-port)");
    if (hop === undefined) this.#evidence.push("low-ttl: not tried without a known place");
    // A name that is let through by now would get past in any shape.
    if (agreed(plain) !== true) return;
    for (const [shape, answers] of shapes) {
      const acts = agreed(answers);
      this.#noteBypass(shape, acts === undefined ? undefined : !acts);
    }
    // Nothing else runs beside: datagrams show no more than what share of them came back.
    this.#noteBypass("quic", await this.#tryQuic(oracle));
  }

  #noteBypass(shape: string, getsPast: boolean | undefined): void {
    if (getsPast !== undefined) this.#found.bypass = { ...this.#found.bypass, [shape]: getsPast };
  }

  /** Of what is held to a rate: a connection that was cut off has nothing to wait for. */
  async #findStateLife({ freeUs }: Pace): Promise<void> {
    const { patientSeconds, onPatience } = this.#means;
    if (patientSeconds === undefined || this.#reaction.kind !== "rate") return;
    const seconds = waitsSeconds(patientSeconds);
    onPatience?.(seconds);
    const deadlineMs = performance.now() + 1000 * seconds;
    const oracle = this.#oracle({ lanes: WAIT_LANES, freeUs }, deadlineMs);
    const answers = await tryWaits(oracle, this.#target.name, patientSeconds);
    this.#evidence.push(...lifeSentences(answers));
    const life = stateLife(answers);
    if (Object.keys(life).length > 0) this.#found.stateLife = life;
    this.#noteBypass("idle-wait", isPastByStillness(answers));
  }

  /** Only a rate can be compared with: of the other kinds a flow of datagrams shows nothing. */
  async #tryQuic(oracle: Oracle): Promise<boolean | undefined> {
    const reaction = this.#reaction;
    const { controlServer, ports, neutralName, signal } = this.#means;
    if (reaction.kind !== "rate" || signal?.aborted) return undefined;
    const { bytes, isFree, evidence } = await tryQuic({
      server: { ...controlServer, udpPort: ports?.udpPort ?? controlServer.port },
      ...{ name: this.#target.name, neutralName, heldBps: reaction.rateBps },
      mostBytes: oracle.isOver ? 0 : this.#leftBytes,
    });
    this.#udpBytes += bytes;
    this.#evidence.push(...evidence);
    return isFree;
  }
}
