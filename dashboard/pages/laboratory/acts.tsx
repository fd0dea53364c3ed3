/** Orders and faults: what is in force, with a button that lifts it, and forms for more. */
import { useState } from "react";
import { useWords } from "../../words/words.tsx";
import type { LabState } from "./lab-client.ts";
import type { Lab } from "./use-lab.ts";
import { ordersInForce } from "./visits.ts";

const ORDERS = ["throttle", "block", "exercise"] as const;
const FAULTS = [
  ...["operator-device", "box-malfunction", "box-overload", "withdrawn-route", "flood"],
  ...["name-server", "congested-link", "maintenance"],
] as const;
/** Where no text is given the laboratory says what is missing. */
const ABOUT: Readonly<Record<string, "hosting" | "networks" | "sites" | undefined>> = {
  ...{ "operator-device": "hosting", "withdrawn-route": "hosting", flood: "hosting", maintenance: "sites" },
  ...{ "box-malfunction": "networks", "box-overload": "networks", "congested-link": "networks" },
};

export function Acts({ lab, state }: { readonly lab: Lab; readonly state: LabState }) {
  const said = useWords().laboratory;
  const orders = ordersInForce(lab.lines);
  return (
    <section className="columns">
      <div>
        <h2>{said.orders}</h2>
        {orders.length === 0 ? (
          <p className="note">{said.noOrders}</p>
        ) : (
          <ul className="list" data-orders="">
            {orders.map(({ id, what, targets }) => (
              <li key={id} className="tools-row">
                <span>
                  <strong>{id}</strong>: {said.kinds[what as (typeof ORDERS)[number]] ?? what}{" "}
                  {targets.join(", ")}
                </span>
                <button type="button" onClick={() => void lab.act("/lift", { what: id })}>
                  {said.lift(id)}
                </button>
              </li>
            ))}
          </ul>
        )}
        <OrderForm lab={lab} state={state} />
      </div>
      <FaultForm lab={lab} state={state} />
    </section>
  );
}

function OrderForm({ lab, state }: { readonly lab: Lab; readonly state: LabState }) {
  const said = useWords().laboratory;
  const [kind, setKind] = useState<(typeof ORDERS)[number]>("throttle");
  const [target, setTarget] = useState(state.sites[0] ?? "");
  const [landline, setLandline] = useState("1");
  return (
    <form
      className="tools-row"
      onSubmit={(event) => {
        event.preventDefault();
        void lab.act("/order", { kind, targets: [target], landline: Number(landline) });
      }}
    >
      <label>
        {said.order}{" "}
        <select value={kind} onChange={(event) => setKind(event.target.value as typeof kind)}>
          {ORDERS.map((one) => (
            <option key={one} value={one}>
              {said.kinds[one]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {said.site}{" "}
        <select value={target} onChange={(event) => setTarget(event.target.value)}>
          {state.sites.map((site) => (
            <option key={site}>{site}</option>
          ))}
        </select>
      </label>
      <label>
        {said.landline}{" "}
        <input
          type="number"
          min={0}
          max={1}
          step={0.1}
          value={landline}
          onChange={(event) => setLandline(event.target.value)}
        />
      </label>
      <button type="submit">{said.issue}</button>
    </form>
  );
}

function FaultForm({ lab, state }: { readonly lab: Lab; readonly state: LabState }) {
  const said = useWords().laboratory;
  const [kind, setKind] = useState<string>("box-malfunction");
  const [about, setAbout] = useState("");
  const [minutes, setMinutes] = useState("10");
  const [share, setShare] = useState("");
  const field = ABOUT[kind];
  const cause = (): void => {
    const listed = about.split(/[\s,]+/).filter(Boolean);
    void lab.act("/fault", {
      ...{ kind, forSeconds: Number(minutes) * 60 },
      ...(listed.length > 0 && field !== undefined && { [field]: field === "hosting" ? listed[0] : listed }),
      ...(share !== "" && { share: Number(share) }),
    });
  };
  return (
    <div>
      <h2>{said.faults}</h2>
      <form
        className="tools-row"
        onSubmit={(event) => {
          event.preventDefault();
          cause();
        }}
      >
        <label>
          {said.fault}{" "}
          <select value={kind} onChange={(event) => setKind(event.target.value)}>
            {FAULTS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        {field !== undefined && (
          <label>
            {said.about[field]}{" "}
            <input list="lab-about" value={about} onChange={(event) => setAbout(event.target.value)} />
          </label>
        )}
        <datalist id="lab-about">
          {(field === "sites" ? state.sites : [...new Set(state.clients.map(({ network }) => network))]).map(
            (one) => (
              <option key={one} value={one} />
            ),
          )}
        </datalist>
        <label>
          {said.minutes}{" "}
          <input
            type="number"
            min={0.1}
            max={10000}
            step="any"
            value={minutes}
            onChange={(event) => setMinutes(event.target.value)}
          />
        </label>
        <label>
          {said.share}{" "}
          <input
            type="number"
            min={0}
            max={1}
            step={0.05}
            value={share}
            onChange={(event) => setShare(event.target.value)}
          />
        </label>
        <button type="submit">{said.causeIt}</button>
      </form>
    </div>
  );
}
