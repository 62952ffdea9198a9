import { shortVersion } from '../../../shared/domain/ledger/version';
import type {
  ApplicationDetail,
  ApplicationResource,
} from '../../../shared/domain/rollout/application-detail';
import { count } from '../../../shared/domain/text/count';

/** The options of a sync; `chosen`: ids of resources, `null`: all of them. */
export interface SyncChoice {
  prune: boolean;
  dryRun: boolean;
  chosen: ReadonlySet<string> | null;
}

/** Names one resource of an Application. */
export const idOf = ({ group, kind, namespace, name }: ApplicationResource): string =>
  [group, kind, namespace ?? '', name].join('/');

const named = (resources: readonly ApplicationResource[]): string => {
  const names = resources.slice(0, 5).map(({ kind, name }) => `${kind}/${name}`);
  return resources.length > 5 ? `${names.join(', ')} and ${resources.length - 5} more` : names.join(', ');
};

/** What a sync with these options will do, a sentence each. */
export function syncSentences(
  application: ApplicationDetail,
  { prune, dryRun, chosen: ids }: SyncChoice,
  chosen: readonly ApplicationResource[],
): string[] {
  const { version, autoSync, windows, resources } = application;
  const partial = ids !== null;
  const what = partial ? count(chosen.length, 'selected resource') : 'all resources';
  const wanted = version ? shortVersion(version) : 'the version in Git';
  const doomed = (partial ? chosen : resources).filter((one) => one.requiresPruning);
  const found = [
    dryRun
      ? `Argo CD works out what applying ${wanted} to ${what} would change, without changing anything.`
      : `Argo CD applies ${wanted} from Git to ${what}.`,
  ];
  if (doomed.length > 0)
    found.push(
      prune
        ? `${dryRun ? 'It would delete' : 'It deletes'} resources that are no longer in Git: ${named(doomed)}.`
        : `Resources that are no longer in Git stay: ${named(doomed)}.`,
    );
  else if (prune && !dryRun) found.push('No known resource would be deleted.');
  found.push(
    partial || dryRun
      ? 'Hooks do not run, and Argo CD’s history does not list it.'
      : 'Its hooks run: migrations and other Jobs.',
  );
  const retries =
    autoSync.retryLimit === null
      ? null
      : autoSync.retryLimit < 0
        ? 'unlimited retries'
        : count(autoSync.retryLimit, 'retry', 'retries');
  const own = [...autoSync.syncOptions, ...(retries === null ? [] : [retries])];
  found.push(
    own.length > 0
      ? `Uses the Application’s sync options: ${own.join(', ')}.`
      : 'The Application has no sync options of its own.',
  );
  if (windows.state === 'closed') found.push(`Blocked by a sync window: ${windows.text}`);
  return found;
}
