/** The time that a page is about, as state of its address. */
import { useWords } from "../words/words.tsx";
import { useQuery } from "./address.tsx";

export function Dates() {
  const words = useWords().frame;
  const [since, setSince] = useQuery("since");
  const [until, setUntil] = useQuery("until");
  return (
    <>
      <label>
        {words.from}{" "}
        <input type="date" value={since ?? ""} onChange={(event) => setSince(event.target.value)} />
      </label>
      <label>
        {words.until}{" "}
        <input type="date" value={until ?? ""} onChange={(event) => setUntil(event.target.value)} />
      </label>
    </>
  );
}
