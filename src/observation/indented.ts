/**
 * Joins the lines of measurements that are indented: each begins with a brace at the start of a line and ends so. Bounded
 * as one line is.
 */
import { LONGEST_LINE_BYTES } from "./lines.ts";

export class IndentedMeasurement {
  readonly #measurement: (text: string, line: number) => void;
  #lines: string[] = [];
  #length = 0;
  #from = 0;

  constructor(measurement: (text: string, line: number) => void) {
    this.#measurement = measurement;
  }

  line(text: string, line: number): void {
    const whole = this.#lines.length === 0 && text.trimEnd() !== "{";
    if (whole) {
      this.#measurement(text, line);
      return;
    }
    if (this.#lines.length === 0) this.#from = line;
    this.#length += text.length;
    if (this.#length <= LONGEST_LINE_BYTES) this.#lines.push(text);
    if (text.startsWith("}")) this.end();
  }

  end(): void {
    if (this.#lines.length > 0) this.#measurement(this.#lines.join("\n"), this.#from);
    this.#lines = [];
    this.#length = 0;
  }
}
