/**
 * `/rules`: what would this list hit? A reader pastes or picks a rule list and names; a worker in the browser answers, and
 * nothing is sent. With an earlier version beside it: what the change frees and newly hits.
 */
import { useEffect, useRef, useState } from "react";
import { NAME_PROTOCOLS, type NameProtocol } from "../../../src/rules/rule.ts";
import { useWords } from "../../words/words.tsx";
import type { WorkerAnswer } from "./answer.ts";
import { Found } from "./found.tsx";
import { type Given, TextOrFile } from "./text-or-file.tsx";

const EXAMPLE =
  'name: 10 March 2021\naction: { kind: police, rate: 146 kbit/s }\nrules:\n  - id: t-co\n    for: [t.co]\n    names: ["*t.co*"]\n';
const EXAMPLE_NAMES =
  "t.co\nwww.microsoft.com\nreddit.com\nrt.com\nraw.githubusercontent.com\nexample.org\nwikipedia.org\nyandex.ru\n";
const HIGHEST_PORT = 65_535;

type Answered = WorkerAnswer | { readonly kind: "none" } | { readonly kind: "working" };

export default function RulesPage() {
  const words = useWords().rules;
  const [now, setNow] = useState<Given>({ text: EXAMPLE });
  const [before, setBefore] = useState<Given>({ text: "" });
  const [names, setNames] = useState<Given>({ text: EXAMPLE_NAMES });
  const [time, setTime] = useState("");
  const [protocol, setProtocol] = useState<NameProtocol>("tls");
  const [port, setPort] = useState("443");
  const [answered, setAnswered] = useState<Answered>({ kind: "none" });
  const worker = useRef<Worker>(undefined);
  useEffect(() => () => worker.current?.terminate(), []);

  const work = async (): Promise<void> => {
    const timeMs = time === "" ? Date.now() : Date.parse(`${time}Z`);
    const number = Number(port);
    if (Number.isNaN(timeMs) || !/^\d{1,5}$/.test(port) || number > HIGHEST_PORT) {
      setAnswered({ kind: "failed", because: words.badSetting });
      return;
    }
    worker.current?.terminate();
    worker.current = new Worker(new URL("./rules-worker.ts", import.meta.url), { type: "module" });
    worker.current.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => setAnswered(data);
    worker.current.onerror = ({ message }) => setAnswered({ kind: "failed", because: message });
    setAnswered({ kind: "working" });
    const [own, old, all] = await Promise.all([now, before, names].map(bytesOf));
    worker.current.postMessage({
      ...{ now: own, names: all, timeMs, protocol, port: number },
      ...(old!.length > 0 && { before: old }),
    });
  };
  return (
    <>
      <h1>{words.title}</h1>
      <p className="lead">{words.lead}</p>
      <div className="columns">
        <TextOrFile label={words.list} note={words.listNote} given={now} onGiven={setNow} />
        <TextOrFile label={words.before} note={words.beforeNote} given={before} onGiven={setBefore} />
        <TextOrFile label={words.names} note={words.namesNote} given={names} onGiven={setNames} />
      </div>
      <div className="tools-row">
        <label>
          {words.at}{" "}
          <input type="datetime-local" value={time} onChange={(event) => setTime(event.target.value)} />
        </label>
        <label>
          {words.protocol}{" "}
          <select value={protocol} onChange={(event) => setProtocol(event.target.value as NameProtocol)}>
            {NAME_PROTOCOLS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          {words.port}{" "}
          <input
            inputMode="numeric"
            size={5}
            value={port}
            onChange={(event) => setPort(event.target.value)}
          />
        </label>
        <button type="button" onClick={() => void work()}>
          {words.work}
        </button>
      </div>
      <div aria-live="polite">
        {answered.kind === "working" && <p className="note">{words.working}</p>}
        {answered.kind === "failed" && <p role="alert">{words.failed(answered.because)}</p>}
      </div>
      {answered.kind === "answer" && <Found answer={answered.answer} />}
    </>
  );
}

async function bytesOf(given: Given): Promise<Uint8Array> {
  return given.file ? new Uint8Array(await given.file.arrayBuffer()) : new TextEncoder().encode(given.text);
}
