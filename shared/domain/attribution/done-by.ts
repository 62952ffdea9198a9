import type { Deployment, StartedBy } from '../history/deployment';

type Done = Pick<Deployment, 'author' | 'startedBy'>;
type Known = Extract<StartedBy, { name: string }>;

const through: Readonly<Record<Known['route'], string | null>> = {
  workflow: 'Argo Workflows',
  actions: 'Actions',
  'pull-request': 'a pull request',
  unknown: null,
};

const orOf = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/**
 * Who did it, as part of a sentence after "by": the author, or the person who started what a bot committed, and how.
 * A run that GitHub showed tells who started it there; nobody told Signalbox so.
 */
export function doneBy({ author, startedBy }: Done): string {
  if (!startedBy) return author;
  if ('possibly' in startedBy) return `${author}, possibly for ${orOf(startedBy.possibly)}`;
  const { name, source, route } = startedBy;
  const way = through[route] ?? author;
  return source === 'run' ? `${name} in ${way}` : `${name}, through ${way}`;
}

/** The person's name alone, where there is one; else the author's. */
export const personOf = ({ author, startedBy }: Done): string =>
  startedBy && 'name' in startedBy ? startedBy.name : author;

/** How that is known, in whole sentences; `null` where the author did it. */
export function doneByDetail({ author, startedBy }: Done): string | null {
  if (!startedBy) return null;
  if ('possibly' in startedBy)
    return `Committed by ${author}. Several operations claim this commit, and nothing shows which one made it.`;
  const { name, source, route } = startedBy;
  const way = through[route];
  if (source === 'run') return `Started by ${name} in ${way ?? 'a run'}; committed by ${author}.`;
  const end = source === 'journal' ? ' Only this computer has a record of it.' : '';
  return `Started by ${name}${way === null ? '' : ` through ${way}`}; committed by ${author}.${end}`;
}

/** Codes of the findings that were overridden; empty where none are known. */
export const overriddenBy = ({ startedBy }: Done): readonly string[] =>
  startedBy && 'name' in startedBy ? startedBy.override : [];
