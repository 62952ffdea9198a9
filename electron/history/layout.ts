import { imageTagLayout } from '../../shared/domain/layout';

/** Where image-tag files lie, as the indexer matches paths. */
export interface Layout {
  /** The folder that holds every file of the template: the pathspec for Git. Empty for the whole repo. */
  folder: string;
  /** App and environment of a path, `null` where it is no image-tag file (deeper, hidden, elsewhere). */
  match(path: string): { app: string; environment: string } | null;
}

/**
 * Compiles the estate's template (`ledger.imageTagPath`); hidden files (`.gitkeep`) are no apps.
 * @throws {RangeError} when a placeholder is missing.
 */
export function compileLayout(template: string): Layout {
  if (!template.includes('{environment}') || !template.includes('{app}'))
    throw new RangeError(`The template ${JSON.stringify(template)} needs {environment} and {app}.`);
  const layout = imageTagLayout(template);
  const fixed = template.split('/').findIndex((_, depth) => layout.isVariable(depth));
  return {
    folder: template.split('/').slice(0, fixed).join('/'),
    match(path) {
      const place = layout.match(path);
      return place && !place.app.startsWith('.') ? place : null;
    },
  };
}
