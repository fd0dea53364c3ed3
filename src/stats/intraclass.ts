/**
 * Intraclass correlation of a yes/no outcome: how much more alike outcomes are inside a class than between classes.
 * 1: every class is of one mind; 0: classes differ by chance alone; below 0: classes are more mixed than by chance.
 * One-way analysis of variance, classes of unequal size: Fleiss, Levin and Paik, "Statistical Methods for Rates and
 * Proportions", 3rd edition, section 15.2; Donner and Klar (2000), eq. 1.3.
 */
export interface Count {
  readonly successes: number;
  readonly trials: number;
}

/** Undefined below two classes, without a class of two, or where all outcomes are the same. */
export function intraclassCorrelation(classes: readonly Count[]): number | undefined {
  let trials = 0;
  let successes = 0;
  let squares = 0;
  let within = 0;
  for (const { successes: k, trials: n } of classes) {
    trials += n;
    successes += k;
    squares += n * n;
    within += n > 0 ? (k * (n - k)) / n : 0;
  }
  if (classes.length < 2 || trials <= classes.length || successes === 0 || successes === trials)
    return undefined;
  const share = successes / trials;
  let between = 0;
  for (const { successes: k, trials: n } of classes) between += n > 0 ? n * (k / n - share) ** 2 : 0;
  const meanBetween = between / (classes.length - 1);
  const meanWithin = within / (trials - classes.length);
  const typicalSize = (trials - squares / trials) / (classes.length - 1);
  return (meanBetween - meanWithin) / (meanBetween + (typicalSize - 1) * meanWithin);
}
