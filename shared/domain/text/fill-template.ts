/**
 * Fills a template's places in one pass, so that what is filled in is never taken for a place itself. A place is
 * `{name}` or `{name:detail}`; one that the values do not know stays as it is written.
 * @param values by place, as it is written between the braces; or asked for each
 */
export function fillTemplate(
  template: string,
  values:
    | Readonly<Record<string, string>>
    | ((name: string, detail: string | undefined) => string | undefined),
): string {
  const filled =
    typeof values === 'function'
      ? values
      : (name: string, detail: string | undefined) => {
          const place = detail === undefined ? name : `${name}:${detail}`;
          return Object.hasOwn(values, place) ? values[place] : undefined;
        };
  return template.replace(
    /\{(\w+)(?::([^{}]+))?\}/g,
    (whole, name: string, detail?: string) => filled(name, detail) ?? whole,
  );
}

/** As {@link fillTemplate}, for every text of a record. */
export const fillTemplates = (
  templates: Readonly<Record<string, string>>,
  values: Parameters<typeof fillTemplate>[1],
): Record<string, string> =>
  Object.fromEntries(Object.entries(templates).map(([name, text]) => [name, fillTemplate(text, values)]));
