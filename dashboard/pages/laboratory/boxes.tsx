/** The boxes: which bundle each has installed, which orders it follows, and what went wrong with it. */
import { useWords } from "../../words/words.tsx";
import type { LabState } from "./lab-client.ts";

export function Boxes({ state }: { readonly state: LabState }) {
  const said = useWords().laboratory;
  if (state.devices.length === 0) return null;
  const columns = [said.box.name, said.box.kind, said.box.version, said.box.orders, said.box.health];
  return (
    <section>
      <h2>{said.boxes}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1) */}
      <section className="wide" aria-label={said.boxes} tabIndex={0}>
        <table data-boxes="">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {state.devices.map((one) => (
              <tr key={`${one.network}/${one.device}`}>
                <th scope="row">
                  {one.network}/{one.device}
                </th>
                <td>{one.kind}</td>
                <td className="number">
                  {one.installedVersion} / {one.currentVersion}
                </td>
                <td>{one.orders.join(", ") || "–"}</td>
                <td>
                  {one.refused !== undefined
                    ? said.box.refused
                    : one.missed !== undefined
                      ? said.box.missed(one.missed)
                      : one.installedVersion < one.currentVersion
                        ? said.box.waiting
                        : said.box.current}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
