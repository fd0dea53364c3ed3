/** What each transfer reached, target and controls, and at which step attempts failed. */
import type { Observation } from "../../../src/observation/observation.ts";
import { Picture } from "../../pictures/picture.tsx";
import { rate } from "../../words/figures.ts";
import { useLanguage, useWords } from "../../words/words.tsx";
import { answerBars } from "../incident/answer-bars.ts";

const MOST_SHOWN = 40;

interface Props {
  readonly observations: readonly Observation[];
  readonly target: string;
  readonly about: readonly string[];
  readonly isSimulated: boolean;
}

export function SpeedsPicture({ observations, target, about, isSimulated }: Props) {
  const words = useWords();
  const language = useLanguage();
  const said = words.measurement.speeds;
  const most = Math.max(1, ...observations.map(({ goodputBps = 0 }) => goodputBps));
  const wordsOf = ({ goodputBps, failure, operation }: Observation): string =>
    failure !== undefined
      ? said.failed(operation ?? "", failure)
      : goodputBps === undefined
        ? said.noSpeed
        : rate(goodputBps, language);
  return (
    <Picture
      name="speeds"
      title={said.title(target)}
      explains={said.explains}
      about={about}
      isSimulated={isSimulated}
      columns={Object.values(said.columns)}
      rows={observations.map(({ role, target: name, direction, goodputBps, bytes, operation, failure }) => [
        ...[words.measurement.bytes[role], name, direction, goodputBps, bytes, operation, failure],
      ])}
      draw={(widthPx, colours) =>
        answerBars(
          observations.slice(0, MOST_SHOWN).map((one) => ({
            name: `${words.measurement.bytes[one.role]} ${one.target ?? ""}: ${wordsOf(one)}`,
            ...{ probability: (one.goodputBps ?? 0) / most, label: "" },
            ...{ isLeading: one.role === "target", isTied: false },
          })),
          widthPx,
          colours,
        )
      }
    />
  );
}
