import { readdir } from 'node:fs/promises';

/** Files of an estate that cannot be had again, and what is lost with each. */
const lasting: Readonly<Record<string, string>> = {
  'journal.sqlite':
    'The operation journal is gone: earlier operations are not listed. Everything they did is in the release repo.',
  'observations.sqlite': 'Earlier observations of clusters and tests are gone. New ones are saved.',
  'kept.sqlite': 'Saved workflows and the list of actions on clusters are gone.',
};

const concourseLost =
  'What Signalbox saved of Concourse pipelines is gone: earlier builds and their logs. What Concourse still has is saved again.';

/** What is missing of an estate's folder that was used before, each in a sentence. To be asked before anything is opened. */
export async function missingNotices(folder: string): Promise<string[]> {
  // No folder yet: the estate was never opened here.
  const there = new Set(await readdir(folder).catch(() => []));
  // All of them are made together: where none is, the estate was never opened here.
  if (!there.has('history.sqlite') && !Object.keys(lasting).some((name) => there.has(name))) return [];
  const lost = Object.entries(lasting).flatMap(([name, what]) => (there.has(name) ? [] : [what]));
  // What is made of it lies beside it, in estates that have a Concourse.
  const hadConcourse = there.has('concourse-history.git') && !there.has('concourse.sqlite');
  return hadConcourse ? [...lost, concourseLost] : lost;
}

/** A file lay in the place of an estate's folder. */
export const asideNotice = (name: string): string =>
  `A file lay where this estate’s data should be. It was set aside as ${name}. Operations, actions and what clusters told in the past are gone from here; what was deployed is in the release repo.`;
