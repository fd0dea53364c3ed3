/**
 * How many people noticed: the record's factors with their sources, which a reader may change; the product is computed by
 * the same function as the record's. Where a factor is missing there is no figure.
 */
import { useState } from "react";
import { FACTOR_NAMES, type FactorName, impactProduct } from "../../../src/incident/impact-product.ts";
import type { Incident } from "../../api/incidents.ts";
import { whole } from "../../words/figures.ts";
import { useSaid } from "../../words/said.tsx";
import { useLanguage, useWords } from "../../words/words.tsx";

const MOST: Readonly<Record<FactorName, number>> = {
  ...{ audience: 8e9, "share-on-affected-networks": 1, "share-who-notice": 1, hours: 1e6 },
};
type Typed = Readonly<Partial<Record<FactorName, { readonly low?: string; readonly high?: string }>>>;

export function ImpactPart({ incident }: { readonly incident: Incident }) {
  const words = useWords().incident.impact;
  const language = useLanguage();
  const say = useSaid();
  const [typed, setTyped] = useState<Typed>({});
  const { impact } = incident;
  const known = impact?.factors ?? [];
  const factors = FACTOR_NAMES.flatMap((name) => {
    const found = known.find((one) => one.name === name);
    const own = typed[name];
    const low = own?.low === undefined ? found?.low : numberOf(own.low, MOST[name]);
    const high = own?.high === undefined ? found?.high : numberOf(own.high, MOST[name]);
    return low === undefined || high === undefined || low > high ? [] : [{ name, low, high }];
  });
  const product = impactProduct(factors);
  const set = (name: FactorName, bound: "low" | "high", value: string): void =>
    setTyped({ ...typed, [name]: { ...typed[name], [bound]: value } });
  return (
    <section className="around">
      <h2>{words.heading}</h2>
      {impact === undefined && <p>{words.noTable}</p>}
      {impact?.state === "absent" && <p>{words.absent(say(impact.missing ?? "").text)}</p>}
      <div className="wide">
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{words.low}</th>
              <th scope="col">{words.high}</th>
              <th scope="col">{words.source}</th>
            </tr>
          </thead>
          <tbody>
            {FACTOR_NAMES.map((name) => {
              const found = known.find((one) => one.name === name);
              const field = (bound: "low" | "high") => (
                <td>
                  <input
                    inputMode="decimal"
                    size={9}
                    aria-label={`${words.factors[name]}, ${words[bound]}`}
                    value={typed[name]?.[bound] ?? (found ? shown(found[bound]) : "")}
                    onChange={(event) => set(name, bound, event.target.value)}
                  />
                </td>
              );
              return (
                <tr key={name}>
                  <th scope="row">{words.factors[name]}</th>
                  {field("low")}
                  {field("high")}
                  <td>{typed[name] ? words.own : (found?.source ?? "–")}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p aria-live="polite" data-impact={product ? "estimated" : "absent"}>
        {product ? (
          <strong>
            {words.users(whole(product.users.low, language), whole(product.users.high, language))};{" "}
            {words.userHours(whole(product.userHours.low, language), whole(product.userHours.high, language))}
          </strong>
        ) : (
          <span className="note">{words.incomplete}</span>
        )}
      </p>
      {Object.keys(typed).length > 0 && (
        <button type="button" onClick={() => setTyped({})}>
          {words.reset}
        </button>
      )}
    </section>
  );
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function numberOf(text: string, most: number): number | undefined {
  const value = Number(text.replace(/\s/g, "").replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) || value < 0 || value > most ? undefined : value;
}
