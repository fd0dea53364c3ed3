/** `/measurements/ID`: one measurement, its course, its verdict and what proves it. */
import type { Verdict } from "../../../src/verdict/verdict.ts";
import { type RawMeasurement, useMeasurement } from "../../api/measurement.ts";
import { Link, pathTo } from "../../frame/address.tsx";
import { Asked } from "../../frame/asked.tsx";
import { moment, percent, rate, whole } from "../../words/figures.ts";
import { Said } from "../../words/said.tsx";
import { useLanguage, useWords } from "../../words/words.tsx";
import type { PageProps } from "../pages.tsx";
import { BypassPicture } from "./bypass-picture.tsx";
import { BytesPicture } from "./bytes-picture.tsx";
import { sampledOf } from "./flow-groups.ts";
import { PlacePicture } from "./place-picture.tsx";
import { SpeedsPicture } from "./speeds-picture.tsx";

export default function MeasurementPage({ rest }: PageProps) {
  const words = useWords().measurement;
  const id = rest.join("/");
  return id === "" ? <p>{words.choose}</p> : <One id={id} />;
}

function One({ id }: { readonly id: string }) {
  const answer = useMeasurement(id);
  return <Asked answer={answer}>{(measurement) => <Told measurement={measurement} />}</Asked>;
}

function Told({ measurement }: { readonly measurement: RawMeasurement }) {
  const words = useWords();
  const language = useLanguage();
  const said = words.measurement;
  const { observations, verdicts, measurement_uid: id } = measurement;
  const [verdict] = verdicts;
  const first = observations.find(({ role }) => role === "target") ?? observations[0];
  const target = first?.target ?? verdict?.target ?? "?";
  const asn = first?.asn ?? verdict?.asn;
  const time = first?.time ?? verdict?.time;
  const origin = first?.origin ?? verdict?.origin ?? "imported";
  const isSimulated = measurement.simulated !== undefined;
  const { picture } = words;
  const about = [
    picture.target(target),
    ...(asn === undefined
      ? []
      : [picture.network(first?.networkName ? `${first.networkName} (AS${asn})` : `AS${asn}`)]),
    ...(time === undefined ? [] : [picture.hour(moment(time))]),
    picture.transfers(whole(observations.length, language)),
    verdict
      ? picture.source(picture.origins[origin], verdict.methodVersion)
      : picture.sourceAlone(picture.origins[origin]),
  ];
  const sampled = sampledOf(observations);
  return (
    <>
      <div className="around">
        {isSimulated && (
          <p>
            <span className="simulated">{picture.simulated}</span> {picture.simulatedNote}
          </p>
        )}
        <h1>{said.heading(id)}</h1>
        <p>
          <Link to={pathTo("targets", target)}>{target}</Link>
          {asn !== undefined && (
            <>
              {" · "}
              <Link to={pathTo("networks", `AS${asn}`)}>{`AS${asn}`}</Link>
            </>
          )}
        </p>
      </div>
      {sampled.length > 0 && <BytesPicture {...{ sampled, target, about, isSimulated }} />}
      {observations.length > 0 && <SpeedsPicture {...{ observations, target, about, isSimulated }} />}
      {verdict ? <VerdictPart verdict={verdict} /> : <p className="note around">{said.noVerdict}</p>}
      {verdict && (verdict.place ?? verdict.ladder) && (
        <PlacePicture place={verdict.place} ladder={verdict.ladder ?? []} {...{ about, isSimulated }} />
      )}
      {verdict?.bypass && <BypassPicture bypass={verdict.bypass} {...{ about, isSimulated }} />}
    </>
  );
}

function VerdictPart({ verdict }: { readonly verdict: Verdict }) {
  const words = useWords();
  const language = useLanguage();
  const said = words.measurement;
  const {
    state,
    slowness,
    mechanisms,
    rate: found,
    trigger,
    place,
    confidence,
    evidence,
    ruledOut,
  } = verdict;
  return (
    <section className="around">
      <h2>{said.verdict}</h2>
      <p className="lead">
        <strong>{words.states[state]}</strong>
        {slowness !== undefined && ` · ${words.slowness[slowness]}`}
        {confidence !== undefined && ` · ${said.confidence(percent(confidence, language))}`}
      </p>
      {found && (
        <p>
          {said.rate(rate(found.rateBps, language))}
          {found.interval &&
            `, ${said.interval(rate(found.interval.lowBps, language), rate(found.interval.highBps, language))}`}
        </p>
      )}
      {trigger && <p>{said.trigger(trigger.kind, trigger.value ?? "")}</p>}
      {mechanisms.length > 0 && (
        <p>
          {said.mechanisms}:{" "}
          {mechanisms.map((one) => (
            <code key={one}>{one} </code>
          ))}
        </p>
      )}
      {evidence.length > 0 && (
        <>
          <h3>{said.proves}</h3>
          <ol>
            {evidence.map((one) => (
              <li key={one}>
                <Said>{one}</Said>
              </li>
            ))}
          </ol>
        </>
      )}
      {ruledOut.length > 0 && (
        <>
          <h3>{said.ruledOut}</h3>
          <div className="wide">
            <table>
              <thead>
                <tr>
                  <th scope="col">{said.explanation}</th>
                  <th scope="col">{said.because}</th>
                </tr>
              </thead>
              <tbody>
                {ruledOut.map(({ explanation, because }) => (
                  <tr key={explanation}>
                    <td>
                      <Said>{explanation}</Said>
                    </td>
                    <td>
                      <Said>{because}</Said>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {place === undefined && trigger === undefined && <p className="note">{said.noExplain}</p>}
    </section>
  );
}
