import { shortVersion } from '../../../shared/domain/ledger/version';
import type {
  ApplicationDetail,
  ApplicationResource,
} from '../../../shared/domain/rollout/application-detail';
import { count } from '../text/count';

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
  const what = partial ? count(chosen.length, 'chosen resource') : 'all resources';
  const wanted = version ? shortVersion(version) : 'what Git says';
  const doomed = (partial ? chosen : resources).filter((one) => one.requiresPruning);
  const found = [
    dryRun
      ? `Argo CD works out what applying ${wanted} to ${what} would do, and changes nothing.`
      : `Argo CD applies ${wanted} from Git to ${what}.`,
  ];
  if (doomed.length > 0)
    found.push(
      prune
        ? `${dryRun ? 'It would remove' : 'It removes'} what Git no longer has: ${named(doomed)}.`
        : `What Git no longer has stays: ${named(doomed)}.`,
    );
  else if (prune && !dryRun) found.push('Nothing that is known now would be removed.');
  found.push(
    partial || dryRun
      ? 'Hooks do not run, and it is no entry of Argo CD’s history.'
      : 'Its hooks run: migrations and other Jobs.',
  );
  const retries =
    autoSync.retryLimit === null
      ? null
      : autoSync.retryLimit < 0
        ? 'retries without end'
        : count(autoSync.retryLimit, 'retry', 'retries');
  const own = [...autoSync.syncOptions, ...(retries === null ? [] : [retries])];
  found.push(
    own.length > 0
      ? `The Application’s own options apply: ${own.join(', ')}.`
      : 'The Application has no sync options of its own.',
  );
  if (windows.state === 'closed') found.push(`A sync window keeps it waiting: ${windows.text}`);
  return found;
}
