/** The rows of a picture as a table; of many only the first, and it says so (the CSV has them all). */
import { useWords } from "../words/words.tsx";
import type { Cell, Rows } from "./files.ts";

const MOST_ROWS = 500;

export function RowsTable({ title, columns, rows }: Rows & { readonly title: string }) {
  const words = useWords().picture;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1)
    <section className="rows" aria-label={title} tabIndex={0}>
      <table>
        <caption>{rows.length > MOST_ROWS ? words.firstRows(MOST_ROWS, rows.length) : title}</caption>
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
          {rows.slice(0, MOST_ROWS).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name and never move
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={columns[column]} className={typeof cell === "number" ? "number" : undefined}>
                  {shown(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function shown(cell: Cell): string {
  return cell === undefined ? "" : String(cell);
}
