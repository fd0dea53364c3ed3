/** WHERE, WHAT and LINKED: how probable each answer is, what cannot be told apart, and the evidence for and against each. */
import type { Incident } from "../../api/incidents.ts";
import { Picture } from "../../pictures/picture.tsx";
import { percent, rounded } from "../../words/figures.ts";
import { Said, useSaid } from "../../words/said.tsx";
import { useLanguage, useWords, type Words } from "../../words/words.tsx";
import { aboutOf } from "./about.ts";
import { answerBars } from "./answer-bars.ts";

type Attribution = Incident["findings"][number]["attributions"][number];
type AnswerWord = keyof Words["incident"]["why"]["answers"];
/** An answer is spoken for where the evidence is as likely as under any other, and against where it is a third of that or less. */
const FOR = 0.999;
const AGAINST = 1 / 3;

export function WhyPart({ incident }: { readonly incident: Incident }) {
  const words = useWords();
  const { attributions } = incident.findings[0]!;
  if (attributions.length === 0) return null;
  return (
    <section>
      <h2 className="around">{words.incident.why.heading}</h2>
      {attributions.map((attribution) => (
        <Question key={attribution.question} attribution={attribution} incident={incident} />
      ))}
    </section>
  );
}

function Question({
  attribution,
  incident,
}: {
  readonly attribution: Attribution;
  readonly incident: Incident;
}) {
  const words = useWords();
  const language = useLanguage();
  const said = words.incident.why;
  const say = useSaid();
  const { question, answers, leading, missing, evidence } = attribution;
  const nameOf = (answer: string): string => said.answers[answer as AnswerWord] ?? answer;
  const isTied = leading.length > 1;
  const bars = answers.map(({ answer, probability }) => ({
    ...{ name: nameOf(answer), probability, isTied: isTied && leading.includes(answer) },
    ...{ isLeading: leading.includes(answer), label: percent(probability, language) },
  }));
  return (
    <>
      <Picture
        name={question}
        title={said.questions[question]}
        explains={said.explains}
        about={aboutOf(incident, words, language)}
        isSimulated={incident.origin === "simulated"}
        columns={Object.values(said.columns)}
        rows={answers.map(({ answer, probability }) => [
          nameOf(answer),
          probability,
          leading.includes(answer),
        ])}
        draw={(widthPx, colours) => answerBars(bars, widthPx, colours)}
      />
      <div className="around">
        {isTied && <p>{said.tie(leading.map(nameOf).join("; "))}</p>}
        {missing !== undefined && <p>{said.missing(say(missing).text)}</p>}
        <h3>{said.evidence}</h3>
        {evidence.length === 0 ? (
          <p className="note">{said.none}</p>
        ) : (
          <ul className="list">
            {evidence.map(({ id, says, group, size, likelihoods }) => {
              const ordered = Object.entries(likelihoods).sort(([, a], [, b]) => b - a);
              const speaks = (label: string, those: typeof ordered) =>
                those.length > 0 && those.length < ordered.length ? (
                  <>
                    {" "}
                    {label}:{" "}
                    {those
                      .map(([answer, value]) => `${nameOf(answer)} (${rounded(value, language)})`)
                      .join(", ")}
                    .
                  </>
                ) : null;
              return (
                <li key={id}>
                  <Said>{says}</Said>
                  <br />
                  <small>
                    {said.group} <code>{group}</code>
                    {size !== undefined && ` · ${said.size} = ${size}`}.
                    {speaks(
                      said.speaksFor,
                      ordered.filter(([, value]) => value >= FOR),
                    )}
                    {speaks(
                      said.speaksAgainst,
                      ordered.filter(([, value]) => value <= AGAINST),
                    )}
                  </small>
                </li>
              );
            })}
          </ul>
        )}
        <p className="note">
          <small>{said.likelihoods}</small>
        </p>
      </div>
    </>
  );
}
