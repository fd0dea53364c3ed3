/**
 * `/laboratory`: play a scenario on this machine, order and fault it, and see what clients measure beside what is true.
 * Only with `serve --lab` and its token. Everything on it is SIMULATED.
 */
import { useState } from "react";
import { useWords } from "../../words/words.tsx";
import { Acts } from "./acts.tsx";
import { Boxes } from "./boxes.tsx";
import { Happened } from "./happened.tsx";
import { Measured } from "./measured.tsx";
import { type Lab, useLab } from "./use-lab.ts";

export default function LaboratoryPage() {
  const lab = useLab();
  const words = useWords();
  const said = words.laboratory;
  return (
    <>
      <span className="simulated">{words.picture.simulated}</span>
      <h1>{said.title}</h1>
      <p className="lead">{said.lead}</p>
      {lab.access === "off" && <p role="status">{said.off}</p>}
      {lab.access === "locked" && <Token lab={lab} />}
      <div aria-live="polite">
        {lab.trouble !== undefined && <p role="alert">{said.trouble(lab.trouble)}</p>}
      </div>
      {lab.access === "open" && (lab.running ? <Running lab={lab} /> : <Start lab={lab} />)}
    </>
  );
}

function Token({ lab }: { readonly lab: Lab }) {
  const said = useWords().laboratory;
  const [text, setText] = useState("");
  return (
    <form
      className="tools-row"
      onSubmit={(event) => {
        event.preventDefault();
        lab.setToken(text.trim());
      }}
    >
      <label>
        {said.token}{" "}
        <input
          type="password"
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button type="submit">{said.enter}</button>
      {lab.token !== "" && <span className="note">{said.wrongToken}</span>}
    </form>
  );
}

function Start({ lab }: { readonly lab: Lab }) {
  const said = useWords().laboratory;
  const [scenario, setScenario] = useState("twitter-2021");
  const [speed, setSpeed] = useState("1");
  const [isStarting, setStarting] = useState(false);
  const start = async (): Promise<void> => {
    setStarting(true);
    await lab.act("/start", { scenario, speed: Number(speed) });
    setStarting(false);
  };
  return (
    <form
      className="tools-row"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <label>
        {said.scenario}{" "}
        <select value={scenario} onChange={(event) => setScenario(event.target.value)}>
          {lab.scenarios.map(({ name, title }) => (
            <option key={name} value={name}>
              {name}: {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        {said.speed}{" "}
        <input
          type="number"
          min={0.1}
          max={10000}
          step="any"
          value={speed}
          onChange={(event) => setSpeed(event.target.value)}
        />
      </label>
      <button type="submit" disabled={isStarting}>
        {isStarting ? said.starting : said.start}
      </button>
    </form>
  );
}

function Running({ lab }: { readonly lab: Lab }) {
  const said = useWords().laboratory;
  const { running, state } = lab;
  if (!running) return null;
  const clock = (text: string): string => `${text.slice(0, 19).replace("T", " ")} UTC`;
  return (
    <>
      <p data-lab={running.id}>
        <strong>{running.title}</strong>. {said.madeOf(running.backend)}
        {running.whyRelay !== undefined && ` (${running.whyRelay})`}.{" "}
        {state && (state.isOver ? said.over : said.clock(clock(state.time)))}
        {state?.nextEventAt !== undefined && ` ${said.next(clock(state.nextEventAt))}`}
      </p>
      <div className="tools-row">
        <button type="button" onClick={() => void lab.act("/stop", {})}>
          {said.stop}
        </button>
        {running.hash !== undefined && running.sealed === undefined && (
          <button type="button" onClick={() => void lab.act("/reveal", {})}>
            {said.reveal}
          </button>
        )}
      </div>
      {running.hash !== undefined && (
        <p className="note">
          {running.sealed === undefined
            ? said.sealed(running.hash)
            : said.opened(running.cause ?? "", running.sealed, running.hash)}
        </p>
      )}
      {state && (
        <>
          <Measured lab={lab} state={state} />
          <Acts lab={lab} state={state} />
          <Boxes state={state} />
          <Happened lines={lab.lines} />
        </>
      )}
    </>
  );
}
