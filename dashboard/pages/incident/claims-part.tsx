/** Claims held against the evidence: a sign, a word and the reason for each. */
import type { Incident } from "../../api/incidents.ts";
import { Said } from "../../words/said.tsx";
import { useWords } from "../../words/words.tsx";

const SIGNS = { supported: "✓", contradicted: "✗", "not-testable": "?" } as const;

export function ClaimsPart({ incident }: { readonly incident: Incident }) {
  const words = useWords().incident.claims;
  return (
    <section className="around">
      <h2>{words.heading}</h2>
      {incident.claims.length === 0 ? (
        <p className="note">{words.none}</p>
      ) : (
        <ul className="list">
          {incident.claims.map(({ who, text, source, predicate, state, because }) => (
            <li key={`${who} ${text} ${predicate}`}>
              <span className="state">
                <span aria-hidden="true">{SIGNS[state]}</span> {words.states[state]}
              </span>
              {" · "}
              {who !== undefined && <strong>{who}: </strong>}
              {text}
              <br />
              <small>
                {words.because} <Said>{because}</Said>. {words.source(source)}. <code>{predicate}</code>
              </small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
