/**
 * Colours of pictures, by theme: those of Okabe and Ito (2008), which people with any colour vision can tell apart, on paper
 * or on dark. Nothing is told by colour alone: shapes and hatching go with it.
 */
import type { Theme } from "../frame/theme.tsx";

export interface Colours {
  readonly paper: string;
  readonly ink: string;
  /** For what is beside the point: axes, captions. At least 4.5 : 1 on paper. */
  readonly quiet: string;
  readonly grid: string;
  readonly target: string;
  readonly control: string;
  readonly trouble: string;
  readonly fine: string;
  readonly event: string;
  readonly eventEdge: string;
  readonly said: string;
  readonly ordered: string;
  readonly simulated: string;
}

export const COLOURS: Readonly<Record<Theme, Colours>> = {
  light: {
    ...{ paper: "#ffffff", ink: "#1a1a1a", quiet: "#595959", grid: "#e2e2e2" },
    ...{ target: "#d55e00", control: "#0072b2", trouble: "#d55e00", fine: "#0072b2" },
    ...{ event: "#f7dca0", eventEdge: "#e69f00", said: "#595959", ordered: "#a8457f", simulated: "#b00020" },
  },
  dark: {
    ...{ paper: "#16181b", ink: "#eeeeee", quiet: "#b0b4ba", grid: "#33373d" },
    ...{ target: "#ee8a3c", control: "#56b4e9", trouble: "#ee8a3c", fine: "#56b4e9" },
    ...{ event: "#4d3d12", eventEdge: "#e69f00", said: "#b0b4ba", ordered: "#dd8fbc", simulated: "#ff8a94" },
  },
};
