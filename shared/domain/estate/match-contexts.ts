const parts = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** Short forms that people give clusters, by what they stand for. */
const shortForms: Readonly<Record<string, readonly string[]>> = {
  production: ['prod', 'prd', 'live'],
  staging: ['stage', 'stg'],
  integration: ['int', 'integ'],
  development: ['dev'],
  preview: ['prev'],
};

/**
 * The context that most likely is an environment's cluster, by its name: the same one, or the only one in which the
 * environment's name stands as a part (`govuk-staging`, `arn:…:cluster/staging`), or a short form of it. Of several that fit
 * none is guessed.
 */
export function matchContext(environment: string, contexts: readonly string[]): string | null {
  if (contexts.includes(environment)) return environment;
  const wanted = parts(environment);
  const only = (fits: (words: string[]) => boolean): string | null => {
    const found = contexts.filter((context) => fits(parts(context)));
    return found.length === 1 ? (found[0] ?? null) : null;
  };
  const whole = only((words) => wanted.every((part) => words.includes(part)));
  if (whole !== null) return whole;
  const short = wanted.flatMap((part) => shortForms[part] ?? []);
  return only((words) => short.some((part) => words.includes(part)));
}
