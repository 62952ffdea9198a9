import type { ArgoAccount } from '../estate/argo-account';
import { argoSystemNames } from '../estate/argo-servers';
import { shortTitleOf } from '../operation/intent';
import type { Operation } from '../operation/operation';
import type { AttentionItem } from './attention-items';

/** Something that goes no further before the person who sits here does something. */
export interface Waiting {
  key: string;
  title: string;
  body: string;
  /** Path of the window's router. */
  place: string;
}

/** Reasons of attention that only the person at this computer can mend. */
const mine: ReadonlySet<string> = new Set([
  'Sign-in refused',
  'Not signed in',
  'Needs you',
  'Needs you in Settings',
]);

/**
 * What waits for the person at this computer: approvals that their operations need, sessions that ended, commands that
 * wait for their permission, and bags about which nobody has decided. Trouble in production is told by itself.
 * @param permissions how many commands wait for permission.
 */
export function waitingForMe(known: {
  items: readonly AttentionItem[];
  operations: readonly Operation[];
  accounts: readonly Pick<ArgoAccount, 'environment' | 'system' | 'session'>[];
  permissions: number;
}): Waiting[] {
  const { items, operations, accounts, permissions } = known;
  return [
    ...operations.flatMap(({ id, intent, jobs }) =>
      jobs
        // Its text, while it runs, is of the approvals that it waits for (`routes/actions-run.ts`).
        .filter(({ kind, state, text }) => kind === 'github-workflow' && state === 'running' && text !== null)
        .map(({ name, text }) => ({
          key: `approval ${id} ${name}`,
          title: `${shortTitleOf(intent)}: needs an approval`,
          body: text ?? '',
          place: `/operations/${id}`,
        })),
    ),
    ...accounts.flatMap(({ environment, system, session }) =>
      session.state === 'ended'
        ? [
            {
              key: `session ${environment} ${system} ${session.at}`,
              title: `Your session at ${argoSystemNames[system]} in ${environment} has ended`,
              body: 'Sign in again to see and do everything there.',
              place: '/settings',
            },
          ]
        : [],
    ),
    ...(permissions > 0
      ? [
          {
            key: `permissions ${permissions}`,
            title: 'Signalbox needs your permission',
            body: 'A kubeconfig wants to run a command or send your credentials. Nothing was run.',
            place: '/settings',
          },
        ]
      : []),
    ...items
      .filter(({ production, reason, place }) => !production && (place.at === 'pipeline' || mine.has(reason)))
      .map(({ key, subject, reason, cause, place }) => ({
        key,
        title: `${subject}: ${reason}`,
        body: cause ?? '',
        place:
          place.at === 'pipeline'
            ? `/pipelines/${encodeURIComponent(place.pipeline)}`
            : place.at === 'freezes'
              ? '/freezes'
              : '/settings',
      })),
  ];
}

/** Remembers what was told, and picks what is news. What is gone and comes back is news again. */
export function createWaitingMemory(): (waiting: readonly Waiting[]) => Waiting[] {
  let told: ReadonlySet<string> = new Set();
  return (waiting) => {
    const news = waiting.filter(({ key }) => !told.has(key));
    told = new Set(waiting.map(({ key }) => key));
    return news;
  };
}
