/** What was hit besides, ranked by the share of attempts in trouble. */
import type { Incident } from "../../api/incidents.ts";
import { Picture } from "../../pictures/picture.tsx";
import { percent, whole } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { aboutOf } from "./about.ts";
import { answerBars } from "./answer-bars.ts";
import { subjectOf } from "./subject.ts";

const MOST_SHOWN = 25;

export function CollateralPart({ incident }: { readonly incident: Incident }) {
  const words = useWords();
  const language = useLanguage();
  const said = words.incident.collateral;
  const shareOf = ({ troubles, votes }: { troubles: number; votes: number }): number =>
    votes === 0 ? 0 : troubles / votes;
  const ranked = [...incident.collateral].sort((a, b) => shareOf(b) - shareOf(a) || b.votes - a.votes);
  return (
    <section>
      <h2 className="around">{said.heading}</h2>
      {ranked.length === 0 ? (
        <p className="note around">{said.none}</p>
      ) : (
        <Picture
          name="collateral"
          title={said.title(subjectOf(incident, words))}
          explains={said.explains}
          about={aboutOf(incident, words, language)}
          isSimulated={incident.origin === "simulated"}
          columns={Object.values(said.columns)}
          rows={ranked.map((one) => [one.target, said.how[one.how], one.shared, one.troubles, one.votes])}
          draw={(widthPx, colours) =>
            answerBars(
              ranked.slice(0, MOST_SHOWN).map((one) => ({
                name: `${one.target}: ${said.how[one.how]} (${one.shared}), ${whole(one.troubles, language)} / ${whole(one.votes, language)}`,
                ...{ probability: shareOf(one), label: percent(shareOf(one), language) },
                ...{ isLeading: false, isTied: false },
              })),
              widthPx,
              colours,
            )
          }
        />
      )}
      {incident.patterns.length > 0 && (
        <ul className="around">
          {incident.patterns.map(({ pattern, names }) => (
            <li key={pattern}>{said.pattern(pattern, names.join(", "))}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
