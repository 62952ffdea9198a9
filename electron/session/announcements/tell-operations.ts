import { announcementsOf } from '../../../shared/domain/announcement/of-operation';
import type { Estate } from '../../../shared/domain/estate/estate';
import { commitPage } from '../../../shared/domain/estate/github-pages';
import type { Announce } from '../../announcements/announce';
import type { Engine } from '../../engine/engine-types';

/** As many as the journal has: what was not told before a kill is told at the next start. */
const most = 1_000;

/**
 * Has operations of this console told of, as they begin and end: no other console knows them, so that each is told once.
 * @returns ends it.
 */
export function tellOperations(
  engine: Pick<Engine, 'get' | 'list' | 'onChange'>,
  { pipelines, ledger }: Pick<Estate, 'pipelines' | 'ledger'>,
  announce: Announce,
): () => void {
  const pipelineOf = (environment: string): string | null => {
    const [one, other] = pipelines.filter(
      ({ kind, environments }) => kind === 'apps' && environments.includes(environment),
    );
    return one && !other ? one.name : null;
  };
  const pageOf = (commit: string): string | null =>
    ledger.github ? commitPage(ledger.github, commit) : null;
  const tell = (operation: Parameters<typeof announcementsOf>[0]): void => {
    for (const one of announcementsOf(operation, pipelineOf, pageOf)) announce(one);
  };
  for (const operation of engine.list({ limit: most }).reverse()) tell(operation);
  return engine.onChange((changes) => {
    for (const { topic, key } of changes) {
      const operation = topic === 'operation' && key !== null ? engine.get(key) : null;
      if (operation?.ok) tell(operation.value);
    }
  });
}
