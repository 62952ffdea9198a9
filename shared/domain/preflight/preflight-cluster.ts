import type { ClusterAction } from '../estate/cluster-access';
import type { AppIntent } from '../operation/intent';
import { isHidden } from '../rollout/cluster-status';
import { utcText } from '../text/utc-text';
import { type Finding, type FindingLevel, finding } from './finding';
import { goesBack } from './goes-back';
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
  // Told by the emergency rollback itself, which is made there.
  if (cluster.state !== 'live' && intent.kind === 'emergency-rollback') return [];
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
  if (unseen.length > 0) return unseen;
  // What the person may never see is no question of this one action: the environment's status tells it. Only where
  // nothing is left to watch, the action is another than elsewhere.
  const isBlind = (['applications', 'rollouts', 'pods'] as const).every((topic) =>
    gaps.some((gap) => isHidden(gap) && gap.topics.includes(topic)),
  );
  if (isBlind)
    return [
      finding(
        'environment-part-unseen',
        'info',
        `Neither Argo CD nor what runs in ${name} is visible to you: Signalbox can commit, but can’t watch what happens after.`,
        'The environment’s status says where you can sign in.',
      ),
    ];
  if (!goesBack(intent) && (outside.health === 'Degraded' || outside.health === 'Missing'))
    return [
      finding(
        'environment-unhealthy',
        'warn',
        `${intent.app} is already ${outside.health} in ${name}.`,
        `Seen at ${utcText(cluster.asOf)}.`,
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
  if (windows.state === 'unknown' && areHidden) return [];
  if (windows.state === 'unknown')
    return [
      finding(
        'sync-window',
        'unknown',
        `Can’t tell whether a sync window blocks syncs in ${name}.`,
        windows.because,
      ),
    ];
  const until = windows.opensAt === null ? 'No end time known.' : `Until ${utcText(windows.opensAt)}.`;
  const evidence = `AppProject ${windows.project}. ${until}`;
  const isRollback = goesBack(intent);
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
    const action =
      intent.kind === 'promote'
        ? 'promotion'
        : intent.kind === 'emergency-rollback'
          ? 'rollback'
          : intent.kind;
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
export const doneAnyway: ReadonlySet<ClusterAction> = new Set(['refresh', 'sync']);

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
  // One sentence for each action, wherever it is denied or not known.
  const told = (
    state: 'denied' | 'unknown',
    sentence: (what: string) => string,
    level: (action: ClusterAction) => FindingLevel,
  ): Finding[] => {
    const some = access.filter(
      (one) => one.access.state === state && !isLeft(one) && one.access.onlyTrying !== true,
    );
    return [...new Set(some.map((one) => one.access.action))].map((action) => {
      const same = some.filter((one) => one.access.action === action);
      const places = [...new Set(same.map(({ environment }) => environment))].join(' or ');
      return finding(
        'permission',
        only ?? level(action),
        sentence(`${actionWords[action]} in ${places}`),
        [...new Set(same.map((one) => one.access.why))].filter(Boolean).join(' '),
      );
    });
  };
  const others = [
    ...told(
      'denied',
      (what) => `You don’t have permission to ${what}.`,
      (action) => {
        // Past Git there is no one else who does it.
        if (intent.kind === 'emergency-rollback') return 'block';
        return action === 'terminate-sync' ? 'warn' : 'info';
      },
    ),
    ...told(
      'unknown',
      (what) => `Can’t tell whether you have permission to ${what}.`,
      () => 'unknown',
    ),
  ];
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
