/** One incident: when it was and what was said, why, how many noticed, who else was hit, and which claims hold. */
import { type Incident, useIncident } from "../../api/incidents.ts";
import { Link, pathTo, useAddress } from "../../frame/address.tsx";
import { Asked, AsOfNote } from "../../frame/asked.tsx";
import { rate, whole } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { ClaimsPart } from "./claims-part.tsx";
import { CollateralPart } from "./collateral-part.tsx";
import { CoursePicture } from "./course-picture.tsx";
import { ImpactPart } from "./impact-part.tsx";
import { subjectOf, whenOf } from "./subject.ts";
import { WhyPart } from "./why-part.tsx";

export default function IncidentPage({ id }: { readonly id: string }) {
  const { query } = useAddress();
  const country = query.get("country");
  const answer = useIncident(id, country === null ? {} : { country });
  return <Asked answer={answer}>{(incident) => <Told incident={incident} />}</Asked>;
}

function Told({ incident }: { readonly incident: Incident }) {
  const words = useWords();
  const language = useLanguage();
  const [main] = incident.findings;
  const { speeds } = main!;
  const networks = main!.networksAffected;
  return (
    <>
      <div className="around">
        <p>
          <Link to="/incidents">{words.incident.list}</Link>
        </p>
        {incident.origin === "simulated" && (
          <p>
            <span className="simulated">{words.picture.simulated}</span> {words.picture.simulatedNote}
          </p>
        )}
        <h1>{words.incident.headline(subjectOf(incident, words), words.kinds[incident.kind])}</h1>
        <p className="lead">
          {whenOf(incident, words)}{" "}
          {words.incident.seenFrom(networks, whole(main!.troubles, language), whole(main!.votes, language))}
          {speeds &&
            ` ${words.incident.speeds(rate(speeds.targetBps, language), rate(speeds.controlBps, language), whole(speeds.pairs, language))}`}
        </p>
        <AsOfNote asOf={incident.as_of} />
      </div>
      <CoursePicture incident={incident} />
      <WhyPart incident={incident} />
      <ImpactPart incident={incident} />
      <CollateralPart incident={incident} />
      <ClaimsPart incident={incident} />
      <section className="around">
        <h2>{words.incident.measured}</h2>
        <p>
          {main!.measurementIds.map((one) => (
            <span key={one}>
              <Link to={pathTo("measurements", one)}>{one}</Link>{" "}
            </span>
          ))}
        </p>
      </section>
    </>
  );
}
