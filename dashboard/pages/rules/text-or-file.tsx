/** A text that is pasted, or a file in its place; large files are read when they are needed and never shown. */
import { useId } from "react";
import { useWords } from "../../words/words.tsx";

export interface Given {
  readonly text: string;
  readonly file?: File;
}

/** As the command's JSON lists. */
const MOST_BYTES = 64 << 20;

export function TextOrFile({
  label,
  note,
  given,
  onGiven,
}: {
  readonly label: string;
  readonly note: string;
  readonly given: Given;
  readonly onGiven: (given: Given) => void;
}) {
  const words = useWords().rules;
  const id = useId();
  return (
    <div className="given">
      <label htmlFor={id}>
        <strong>{label}</strong>
      </label>
      <p className="note" id={`${id}-note`}>
        {note}
      </p>
      <textarea
        id={id}
        rows={9}
        spellCheck={false}
        aria-describedby={`${id}-note`}
        value={given.file ? words.ofFile(given.file.name, given.file.size) : given.text}
        readOnly={given.file !== undefined}
        onChange={(event) => onGiven({ text: event.target.value })}
      />
      <div className="tools-row">
        <input
          type="file"
          aria-label={words.fileFor(label)}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file && file.size <= MOST_BYTES) onGiven({ text: given.text, file });
            else event.target.value = "";
          }}
        />
        {given.file && (
          <button type="button" onClick={() => onGiven({ text: given.text })}>
            {words.backToText}
          </button>
        )}
      </div>
    </div>
  );
}
