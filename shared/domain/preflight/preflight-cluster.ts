import type { ClusterAction } from '../estate/cluster-access';
import type { AppIntent } from '../operation/intent';
import { isHidden } from '../rollout/cluster-status';
import { utcText } from '../text/utc-text';
import { type Finding, finding } from './finding';
import type { Ask, LedgerFacts, OutsideFacts } from './preflight-facts';
import { fateOf, type SyncFate, syncSentence } from './sync-in-the-way';

/** What the environment's cluster says about an intent, as far as it can be seen. */
export function clusterFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const { cluster } = outside;
  const name = intent.environment;
  if (cluster.state === 'absent')
    return [
      finding(
        'environment-unreachable',
        'info',
        `The estate file has no cluster for ${name}: Signalbox can commit, but can’t watch what happens after.`,
        'The estate file.',
      ),
    ];
  if (cluster.state !== 'live')
    return [
      finding(
        'environment-unreachable',
        'unknown',
        `The ${name} cluster is unreachable: Signalbox can’t watch the deployment.`,
        cluster.asOf === null ? 'Not seen since Signalbox started.' : `Last seen ${utcText(cluster.asOf)}.`,
      ),
    ];
  // Sync windows have a finding of their own; hooks are only watched; of the other resources Argo CD tells the health.
  const gaps = outside.gaps.filter(({ topics }) =>
    topics.some((one) => !['projects', 'hooks', 'resources'].includes(one)),
  );
  const hidden = gaps.filter(isHidden);
  const unseen = gaps
    .filter((gap) => !isHidden(gap))
    .map((gap) =>
      finding(
        'environment-part-unseen',
        'unknown',
        `Can’t read ${gap.kind} in ${name}. ${gap.means}`,
        `${gap.because.message} ${gap.because.meaning}`,
      ),
    );
  // What the person may never see is no question of this one action: it is told, and asks for nothing.
  if (hidden.length > 0)
    unseen.push(
      finding(
        'environment-part-unseen',
        'info',
        `Not visible to you in ${name}: ${hidden.map(({ kind }) => kind).join(', ')}.`,
        hidden.map(({ because }) => `${because.message} ${because.meaning}`).join(' '),
      ),
    );
  if (unseen.length > 0) return unseen;
  if (intent.kind !== 'rollback' && (outside.health === 'Degraded' || outside.health === 'Missing'))
    return [
      finding(
        'environment-unhealthy',
        'warn',
        `${intent.app} is already ${outside.health} in ${name}.`,
        `Health of its Applications at ${utcText(cluster.asOf)}.`,
      ),
    ];
  return [];
}

/** What a sync window means for the intent. A rollback is never held up by a question of time alone. */
export function windowFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const { cluster, syncWindows: windows, gaps } = outside;
  if (cluster.state !== 'live' || windows === null || windows.state === 'open') return [];
  const name = intent.environment;
  const areHidden = gaps.some((gap) => isHidden(gap) && gap.topics.includes('projects'));
  if (windows.state === 'unknown')
    return [
      finding(
        'sync-window',
        areHidden ? 'info' : 'unknown',
        `Can’t tell whether a sync window blocks syncs in ${name}.`,
        windows.because,
      ),
    ];
  const until = windows.opensAt === null ? 'No end time known.' : `Until ${utcText(windows.opensAt)}.`;
  const evidence = `AppProject ${windows.project}. ${until}`;
  const isRollback = intent.kind === 'rollback';
  if (windows.state === 'manual-only')
    return [
      finding(
        'sync-window',
        isRollback ? 'info' : 'warn',
        `${windows.text} This deployment requests a manual sync, which is allowed.`,
        evidence,
      ),
    ];
  return [
    finding(
      'sync-window',
      isRollback ? 'warn' : 'block',
      `${windows.text} Signalbox would commit, but Argo CD would not apply it before the window opens.`,
      evidence,
      true,
    ),
  ];
}

const fateWords: Record<SyncFate, (action: string) => string> = {
  serves: (action) => `the ${action} uses it.`,
  terminate: (action) => `the ${action} terminates it.`,
  wait: (action) => `the ${action} waits for it to end.`,
  ask: () => 'terminate it, or wait for it to end?',
};

/** Syncs that are under way there, and what becomes of each: Argo CD does one at a time per Application. */
export function syncFindings(intent: Ask, ledger: LedgerFacts, { cluster, syncs }: OutsideFacts): Finding[] {
  if (cluster.state !== 'live') return [];
  const answers = intent.syncs ?? [];
  const ask = { kind: intent.kind, wanted: intent.version, left: ledger.version, commit: null, answers };
  return syncs.map((sync) => {
    const { application, operation } = sync;
    const { message, startedAt } = operation;
    const fate = fateOf(sync, ask);
    const action = intent.kind === 'promote' ? 'promotion' : intent.kind;
    const found = finding(
      'sync-running',
      fate === 'ask' ? 'warn' : 'info',
      `${syncSentence(sync)}; ${fateWords[fate](action)}`,
      message ?? 'The Application’s operation.',
    );
    const isChoice = fateOf(sync, { ...ask, answers: [] }) === 'ask';
    const choice = fate === 'terminate' || fate === 'wait' ? fate : null;
    return isChoice ? { ...found, sync: { application, startedAt, choice } } : found;
  });
}

const actionWords: Record<ClusterAction, string> = {
  refresh: 'refresh Argo CD',
  sync: 'start a sync',
  'terminate-sync': 'terminate a sync',
  'submit-workflow': 'submit a workflow',
  'stop-workflow': 'stop a promotion in progress',
  'resume-workflow': 'resume a workflow',
  'retry-workflow': 'retry a workflow',
  'read-logs': 'read logs',
  'read-events': 'read events',
  'switch-automatic-sync': 'switch automatic sync off and on',
  'set-image': 'set the image of a Deployment',
};

/** What Argo CD does by itself, later: without the right to it the operation only takes longer. */
const doneAnyway: ReadonlySet<ClusterAction> = new Set(['refresh', 'sync']);

/**
 * What may not be done, or is not known to be allowed, of what the operation would do in the clusters. A hold is worth
 * its commit in any case, and whether it holds is told afterwards: it is not kept back. A right that is denied is no
 * news to the person who lacks it every day, unless a sync would have to be ended that nobody else ends.
 */
export function permissionFindings(intent: AppIntent, { access }: OutsideFacts): Finding[] {
  const only = intent.kind === 'hold' || intent.kind === 'release-hold' ? 'info' : null;
  const isLeft = ({ access: { action, state } }: OutsideFacts['access'][number]): boolean =>
    state === 'denied' && doneAnyway.has(action);
  const left = access.filter(isLeft);
  const others = access
    .filter((one) => !isLeft(one))
    .flatMap(({ environment, access: { action, state, why } }) => {
      const what = `${actionWords[action]} in ${environment}`;
      if (state === 'denied') {
        const level = only ?? (action === 'terminate-sync' ? 'warn' : 'info');
        return [finding('permission', level, `You don’t have permission to ${what}.`, why)];
      }
      if (state === 'unknown')
        return [
          finding('permission', only ?? 'unknown', `Can’t tell whether you have permission to ${what}.`, why),
        ];
      return [];
    });
  const places = [...new Set(left.map(({ environment }) => environment))];
  return [
    ...others,
    ...places.map((environment) => {
      const here = left.filter((one) => one.environment === environment).map((one) => one.access);
      const what = here.map(({ action }) => actionWords[action]).join(' or ');
      return finding(
        'permission',
        'info',
        `You don’t have permission to ${what} in ${environment}: Argo CD does it by itself, some minutes later.`,
        here.map(({ why }) => why).join(' '),
      );
    }),
  ];
}
