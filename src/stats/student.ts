/**
 * Student's t distribution with a location and a scale.
 * Density and cumulative probability: Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions" 2, ch. 28.
 */
import { betaCumulative } from "./beta.ts";
import { logGamma } from "./gamma.ts";

export interface StudentShape {
  /** Degrees of freedom, > 0. */
  readonly degrees: number;
  readonly location: number;
  /** > 0; not the standard deviation. */
  readonly scale: number;
}

export function studentLogDensity(x: number, { degrees, location, scale }: StudentShape): number {
  const u = (x - location) / scale;
  return (
    logGamma((degrees + 1) / 2) -
    logGamma(degrees / 2) -
    0.5 * Math.log(degrees * Math.PI) -
    Math.log(scale) -
    ((degrees + 1) / 2) * Math.log1p((u * u) / degrees)
  );
}

/** P(X <= x). */
export function studentCumulative(x: number, { degrees, location, scale }: StudentShape): number {
  const u = (x - location) / scale;
  const tail = betaCumulative(degrees / (degrees + u * u), degrees / 2, 0.5) / 2;
  return u > 0 ? 1 - tail : tail;
}
