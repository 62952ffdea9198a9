/** Where image-tag files lie when nobody says otherwise: GOV.UK's layout. */
export const defaultTemplate = 'charts/app-config/image-tags/<environment>/<app>';

/** A path template, made ready for matching. */
export interface Layout {
  /** The folder that holds every file of the template: the pathspec for Git. Empty for the whole repo. */
  folder: string;
  /** App and environment of a path, `null` where it is no image-tag file (deeper, hidden, elsewhere). */
  match(path: string): { app: string; environment: string } | null;
}

/**
 * Compiles a template such as `charts/app-config/image-tags/<environment>/<app>`. `<environment>` and `<app>` stand for
 * one path segment or a part of one; hidden files (`.gitkeep`) are no apps.
 * @throws {RangeError} when one of the two is missing.
 */
export function compileLayout(template: string): Layout {
  if (!template.includes('<environment>') || !template.includes('<app>'))
    throw new RangeError(`The template ${JSON.stringify(template)} needs <environment> and <app>.`);
  const literal = template.slice(0, template.indexOf('<'));
  const folder = literal.slice(0, literal.lastIndexOf('/') + 1).replace(/\/$/, '');
  const source = template
    .split(/(<environment>|<app>)/)
    .map((part) => {
      if (part === '<environment>') return '(?<environment>[^/]+)';
      if (part === '<app>') return '(?<app>[^/]+)';
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  const pattern = new RegExp(`^${source}$`);
  return {
    folder,
    match(path) {
      const groups = pattern.exec(path)?.groups;
      if (!groups?.app || !groups.environment || groups.app.startsWith('.')) return null;
      return { app: groups.app, environment: groups.environment };
    },
  };
}
