/** What a page shows while its data are on the way, where they failed, and where there are none. */
import type { ReactNode } from "react";
import type { Answer, AsOf } from "../api/client.ts";
import { moment, whole } from "../words/figures.ts";
import { useLanguage, useWords } from "../words/words.tsx";

export function Asked<T>({
  answer,
  children,
}: {
  readonly answer: Answer<T>;
  readonly children: (value: T) => ReactNode;
}) {
  const words = useWords().frame;
  if (answer.state === "here") return children(answer.value);
  return answer.state === "waiting" ? (
    <p className="note" role="status">
      {answer.because === undefined ? words.waiting : words.working(answer.because)}
    </p>
  ) : (
    <p className="note" role="alert">
      {words.failed(answer.because)}
    </p>
  );
}

/** Of when and of how much an answer is, where it was not made just now. */
export function AsOfNote({ asOf }: { readonly asOf: AsOf | undefined }) {
  const words = useWords().frame;
  const language = useLanguage();
  if (!asOf) return null;
  return <p className="note">{words.asOf(moment(asOf.time), whole(asOf.measurements, language))}</p>;
}
