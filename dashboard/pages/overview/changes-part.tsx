/** What started, ended, spread or became uncertain: a sentence each, leading to its incident. */
import { useChanges } from "../../api/changes.ts";
import { type Incident, useIncidents } from "../../api/incidents.ts";
import { Link, pathTo } from "../../frame/address.tsx";
import { Asked, AsOfNote } from "../../frame/asked.tsx";
import { day, moment } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { subjectOf } from "../incident/subject.ts";

export function ChangesPart({ country }: { readonly country?: string }) {
  const words = useWords();
  const language = useLanguage();
  const said = words.overview.changes;
  const changes = useChanges({ country });
  // The server's sentences are English: in other languages they are made of the incidents.
  const all = country === undefined ? {} : { country };
  const incidents = useIncidents(language === "en" ? undefined : all);
  // Of an empty store the overview says so, once.
  if (changes.state === "here" && changes.value.metadata.since === undefined) return null;
  const known = incidents.state === "here" ? incidents.value.results : [];
  return (
    <section className="around">
      <h2>{said.heading}</h2>
      <Asked answer={changes}>
        {({ results, metadata }) => (
          <>
            <p className="note">{said.week(day(metadata.since!), day(metadata.until!))}</p>
            <AsOfNote asOf={metadata.as_of} />
            {results.length === 0 ? (
              <p>{said.none}</p>
            ) : (
              <ul className="list">
                {results.map(({ kind, incident: id, at, sentence, origin }) => {
                  const found = known.find(
                    (one): one is Incident => one.type === "incident" && one.id === id,
                  );
                  return (
                    <li key={`${kind} ${id}`}>
                      {origin === "simulated" && <span className="simulated">{words.picture.simulated}</span>}{" "}
                      <strong>{said.kinds[kind]}</strong> · {moment(at)}
                      <br />
                      {language === "en" || !found ? (
                        <span lang="en">{sentence}</span>
                      ) : (
                        words.incident.headline(subjectOf(found, words), words.kinds[found.kind])
                      )}{" "}
                      <Link to={pathTo("incidents", id)}>{said.evidence}</Link>
                    </li>
                  );
                })}
              </ul>
            )}
          </>
        )}
      </Asked>
      <p>
        <Link to="/incidents">{words.incident.list}</Link>
      </p>
    </section>
  );
}
