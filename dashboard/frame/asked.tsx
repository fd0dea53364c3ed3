/** What a page shows while its data are on the way, where they failed, and where there are none. */
import type { ReactNode } from "react";
import type { Answer } from "../api/client.ts";
import { useWords } from "../words/words.tsx";

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
      {words.waiting}
    </p>
  ) : (
    <p className="note" role="alert">
      {words.failed(answer.because)}
    </p>
  );
}
