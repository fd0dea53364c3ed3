/** `/incidents`: all that was found, newest first; `/incidents/ID`: one of them. */
import { lazy } from "react";
import { type Incident, useIncidents } from "../../api/incidents.ts";
import { Link, pathTo, useAddress } from "../../frame/address.tsx";
import { Asked, AsOfNote } from "../../frame/asked.tsx";
import { moment } from "../../words/figures.ts";
import { useWords } from "../../words/words.tsx";
import type { PageProps } from "../pages.tsx";
import { subjectOf, whenOf } from "./subject.ts";

const IncidentPage = lazy(() => import("./incident-page.tsx"));

export default function IncidentsPage({ rest: [id] }: PageProps) {
  return id === undefined ? <List /> : <IncidentPage id={id} />;
}

export function List() {
  const words = useWords();
  const { query } = useAddress();
  const country = query.get("country");
  const answer = useIncidents(country === null ? {} : { country });
  return (
    <>
      <h1>{words.incident.listTitle}</h1>
      <p className="lead">{words.incident.listLead}</p>
      <Asked answer={answer}>
        {({ results, metadata }) => {
          const found = results.filter((one): one is Incident => one.type === "incident");
          const asOf = <AsOfNote asOf={metadata.as_of} />;
          if (found.length === 0)
            return (
              <>
                <p className="note">{words.incident.none}</p>
                {asOf}
              </>
            );
          const ordered = [...results].reverse();
          return (
            <>
              {asOf}
              <ul className="list">
                {ordered.map((one) =>
                  one.type === "incident" ? (
                    <li key={one.id}>
                      {one.origin === "simulated" && <Simulated />}{" "}
                      <Link to={pathTo("incidents", one.id)}>
                        <strong>
                          {words.incident.headline(subjectOf(one, words), words.kinds[one.kind])}
                        </strong>
                      </Link>
                      <br />
                      {whenOf(one, words)}
                    </li>
                  ) : (
                    <li key={one.from} className="note">
                      {words.incident.gap(moment(one.from), moment(one.to))}
                    </li>
                  ),
                )}
              </ul>
            </>
          );
        }}
      </Asked>
    </>
  );
}

export function Simulated() {
  return <span className="simulated">{useWords().picture.simulated}</span>;
}
