import { badDataError, KubeError } from './failures';
import { versionOf } from './image-version';
import type { Connection } from './types';

/** Asked within this time already: the answer holds for all who ask (many watches share a connection). */
const memory = 5_000;
const patience = 5_000;

const asked = new WeakMap<Connection, { at: number; answer: Promise<void> }>();

/** What answers anybody, and what its answer must look like. */
export interface Sign {
  path: string;
  isAnswer: (body: unknown) => boolean;
}
const ofCluster: Sign = { path: '/version', isAnswer: (body) => versionOf(body) !== null };

/**
 * Resolves when the cluster answers at all, be it with a refusal of ours.
 * @throws KubeError when it does not, or says that it is in trouble.
 */
export function stillThere(connection: Connection, { path, isAnswer }: Sign = ofCluster): Promise<void> {
  const known = asked.get(connection);
  const now = performance.now();
  if (known && now - known.at < memory) return known.answer;
  const answer = connection.json<unknown>({ path, timeout: patience }).then(
    (body) => {
      if (!isAnswer(body)) throw badDataError(connection, 'a version that is none');
    },
    (error: unknown) => {
      const status = error instanceof KubeError ? error.failure.status : null;
      if (status === null || status >= 500) throw error;
    },
  );
  // Who asks is told; whoever left is not.
  answer.catch(() => {});
  asked.set(connection, { at: now, answer });
  return answer;
}
