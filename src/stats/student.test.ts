import { expect, test } from "vitest";
import { studentCumulative, studentLogDensity } from "./student.ts";

const standard = (degrees: number) => ({ degrees, location: 0, scale: 1 });

test("reaches 97.5 % at the published critical values", () => {
  // Abramowitz and Stegun, table 26.10
  for (const [degrees, critical] of [
    [1, 12.706],
    [2, 4.303],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
  ] as const) {
    expect(studentCumulative(critical, standard(degrees))).toBeCloseTo(0.975, 4);
    expect(studentCumulative(-critical, standard(degrees))).toBeCloseTo(0.025, 4);
  }
});

test("has the closed density of two degrees of freedom, moved and stretched", () => {
  const x = -1.2;
  const u = (x - 0.25) / 0.45;
  const closed = 1 / (2 * Math.SQRT2 * (1 + (u * u) / 2) ** 1.5) / 0.45;
  expect(studentLogDensity(x, { degrees: 2, location: 0.25, scale: 0.45 })).toBeCloseTo(Math.log(closed), 12);
});

test("is Cauchy's with one degree of freedom", () => {
  expect(studentLogDensity(1, standard(1))).toBeCloseTo(Math.log(1 / (2 * Math.PI)), 12);
  expect(studentCumulative(1, standard(1))).toBeCloseTo(0.75, 12);
});
