import { fillTemplate } from '../text/fill-template';
/** Where things lie in the release repo: the image-tag path template of the estate, and the names that fit into it. */

/** An environment and an app, as a path names them. */
export interface Target {
  environment: string;
  app: string;
}

/** A compiled path template. */
export interface ImageTagLayout {
  readonly template: string;
  /** One pattern per path segment, for walking down the tree. */
  readonly segments: readonly RegExp[];
  /** Whether the segment at this depth holds a name, or is always the same. */
  isVariable(depth: number): boolean;
  /** The file of an app in an environment. Both must be names that {@link nameProblem} has nothing against. */
  path(target: Target): string;
  /** What a path is the file of, `null` when it is none. Names are not judged here. */
  match(path: string): Target | null;
}

/** Folder of everything that Signalbox adds to a release repo. */
export const signalboxFolder = '.signalbox';

/**
 * Why a text cannot be the name of an app or environment, `null` when it can. Names become parts of paths, of command
 * arguments and of object names, so nothing that climbs, hides, looks like an option or breaks a line is taken.
 */
export function nameProblem(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name.includes('..')) return 'it contains ".."';
  if (name.startsWith('-')) return 'it begins with "-"';
  if (name.startsWith('.')) return 'it begins with "."';
  if (/[/\\]/.test(name)) return 'it contains a slash';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) return 'it contains a control character';
  // Characters that turn the direction of the text around would show another name than the one meant.
  if (/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(name))
    return 'it contains an invisible character';
  if (name.length > 200) return 'it is longer than 200 characters';
  return null;
}

/** Compiles a template such as `charts/app-config/image-tags/{environment}/{app}`; the estate's schema has checked it. */
export function imageTagLayout(template: string): ImageTagLayout {
  const pattern = (text: string): string =>
    text
      .split(/(\{environment\}|\{app\})/)
      .map((part) =>
        part === '{environment}'
          ? '(?<environment>[^/]+?)'
          : part === '{app}'
            ? '(?<app>[^/]+?)'
            : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      )
      .join('');
  const segments = template.split('/');
  const whole = new RegExp(`^${pattern(template)}$`, 's');
  return {
    template,
    segments: segments.map((segment) => new RegExp(`^${pattern(segment)}$`, 's')),
    isVariable: (depth) => /\{(?:environment|app)\}/.test(segments[depth] ?? ''),
    path: ({ environment, app }) => fillTemplate(template, { environment, app }),
    match: (path) => {
      const groups = whole.exec(path)?.groups;
      return groups?.environment !== undefined && groups.app !== undefined
        ? { environment: groups.environment, app: groups.app }
        : null;
    },
  };
}

const knownOrder = ['integration', 'staging', 'production'];

/**
 * Sorts environments found in a repo: those of the known chain in their order, the others apart, by name.
 */
export function chainOrder(environments: Iterable<string>): { chain: string[]; apart: string[] } {
  const all = [...new Set(environments)];
  return {
    chain: knownOrder.filter((name) => all.includes(name)),
    apart: all.filter((name) => !knownOrder.includes(name)).sort(),
  };
}

/** Files of a release repo beyond this many bytes are not read, neither for the board nor for the history. */
export const maxFileBytes = 1_000_000;
