import type { ApplicationOperation } from './application-detail';
import type { Cell } from './board';
import type { Change } from './change';
import type { ClusterAccess, ClusterAct } from './cluster-access';
import type { ClusterGap } from './cluster-status';
import type { Failure } from './failure';
import { type Finding, finding } from './finding';
import type { Freshness } from './freshness';
import type { HoldRecord, ShutGate } from './hold';
import type { AppIntent } from './operation';
import type { Evidence } from './rollback-target';
import type { SyncWindowsView } from './sync-window-view';
import { compareVersions, shortVersion } from './version';

/** How the tests of a version went in the environment before. */
export interface TestsBefore {
  state: 'passed' | 'failed' | 'running' | 'none' | 'unknown';
  /** What was looked at. */
  evidence: string;
}

/** What the ledger says at one commit about the cell; computed again on the snapshot that a transaction lands on. */
export interface LedgerFacts {
  commit: string | null;
  /** Whether the app has a file there. */
  exists: boolean;
  version: string | null;
  automaticDeploys: boolean | null;
  problem: Failure | null;
  hold: HoldRecord | null;
  /** Why the hold's file cannot be read. */
  holdProblem: string | null;
  /** The gate into the environment is shut without a hold of its own. */
  gate: ShutGate | null;
  /** Locks of the environment that somebody else holds, or that cannot be read: then nothing is deployed there. */
  locks: readonly { pipeline: string; text: string }[];
  /** The version in the environment before; `null` where there is none. */
  versionBefore: string | null;
}

/** What was seen outside the ledger, gathered ahead: preflight itself asks nobody. */
export interface OutsideFacts {
  readOnlyBecause: string | null;
  production: boolean;
  /** The environment before in the chain. */
  before: string | null;
  /** `stale` is a mirror that was not asked yet. */
  ledger: Freshness | { state: 'stale'; asOf: string | null };
  /** The operation that holds the cell, when another one does. */
  running: { id: string; what: string } | null;
  cluster: Freshness;
  /** What Argo CD's sync windows say there; `null`: the app has no Application there. */
  syncWindows: SyncWindowsView | null;
  /** Syncs of the app's Applications that are not over. */
  syncs: readonly { application: string; operation: ApplicationOperation }[];
  /** Kinds that cannot be seen in the environment although its cluster answers. */
  gaps: readonly ClusterGap[];
  /** What one may do in the clusters that the intent touches and that answer. */
  access: readonly { environment: string; access: ClusterAccess }[];
  health: Cell['health'];
  inStep: Cell['inStep'];
  /** `null`: could not be asked, or was not asked yet. */
  published: boolean | null;
  /** How the version did in this environment earlier; `null` when it never ran there as far as is known. */
  evidenceHere: Evidence | null;
  /** What differs between the present version and the wanted one; `null`: not asked yet. */
  change: Change | null;
  testsBefore: TestsBefore;
}

/** What releasing means where nobody holds the environment itself. */
function unrecordedRelease(ledger: LedgerFacts): Finding[] {
  const { gate } = ledger;
  if (gate === null) return [finding('hold', 'block', 'There is no hold to release.', at(ledger))];
  if (gate.heldBy !== null)
    return [
      finding('hold', 'block', `The hold of ${gate.heldBy} keeps them off: release that one.`, at(ledger)),
    ];
  const text = `Switched off in ${gate.before}'s file outside Signalbox; releasing switches it on there.`;
  return [finding('hold', 'info', text, at(ledger))];
}

type Ask = Extract<AppIntent, { kind: 'deploy' | 'promote' | 'rollback' }>;

const at = (facts: LedgerFacts): string =>
  facts.commit === null ? 'The ledger holds no commit.' : `The ledger at ${facts.commit.slice(0, 10)}.`;

function standing(intent: AppIntent, outside: OutsideFacts): Finding[] {
  const found: Finding[] = [];
  if (outside.readOnlyBecause !== null)
    found.push(finding('read-only', 'block', outside.readOnlyBecause, 'How this estate was opened.'));
  if (outside.running)
    found.push(
      finding(
        'operation-running',
        'block',
        `Another operation is under way for ${intent.app} in ${intent.environment}: ${outside.running.what}.`,
        `Operation ${outside.running.id}.`,
      ),
    );
  if (outside.ledger.state === 'unreachable')
    found.push(
      finding(
        'ledger-stale',
        'block',
        'The ledger cannot be reached, so nothing can be changed now.',
        `Unreachable since ${outside.ledger.since}: ${outside.ledger.failure.message}`,
      ),
    );
  return found;
}

function ledgerFindings(intent: AppIntent, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  const found: Finding[] = [];
  if (!ledger.exists) {
    const what = `${intent.app} has no file for ${intent.environment}.`;
    return [finding('other', 'block', what, at(ledger))];
  }
  if (ledger.problem) {
    const place = ledger.problem.place;
    const where = place ? ` (${place.path}${place.line === undefined ? '' : `:${place.line}`})` : '';
    // With a tag that can be read, the edit in place decides whether the rest of the file lets it: a mistyped flag must
    // not keep anyone from rolling back.
    const level = ledger.version === null ? 'block' : 'warn';
    found.push(finding('other', level, ledger.problem.message, `${at(ledger)}${where}`));
  }
  if (ledger.holdProblem !== null)
    found.push(
      finding(
        'hold',
        'unknown',
        'Whether automatic deploys are held here cannot be read.',
        ledger.holdProblem,
      ),
    );
  if (intent.kind === 'nudge') return found;
  if (intent.kind === 'hold' || intent.kind === 'release-hold') {
    if (intent.kind === 'hold' && ledger.hold)
      found.push(
        finding('hold', 'block', `It is held already, by ${ledger.hold.by}.`, `Since ${ledger.hold.since}.`),
      );
    if (intent.kind === 'release-hold' && !ledger.hold && ledger.holdProblem === null)
      found.push(...unrecordedRelease(ledger));
    return found;
  }
  for (const { text } of ledger.locks) found.push(finding('locked', 'block', text, at(ledger)));
  const now = ledger.version === null ? 'no version' : shortVersion(ledger.version);
  if (ledger.version === intent.version)
    found.push(finding('already-there', 'block', `${intent.environment} has ${now} already.`, at(ledger)));
  else if (ledger.version !== intent.expected) {
    const saw = intent.expected === null ? 'no version' : shortVersion(intent.expected);
    found.push(
      finding(
        'environment-moved',
        'block',
        `${intent.environment} has ${now} by now; you saw ${saw} when you decided.`,
        at(ledger),
      ),
    );
  }
  if (intent.kind === 'promote') {
    if (ledger.versionBefore !== intent.version)
      found.push(
        finding(
          'environment-moved',
          'block',
          `${intent.from} does not have ${shortVersion(intent.version)} any more.`,
          at(ledger),
        ),
      );
    if (outside.before !== intent.from)
      found.push(
        finding(
          'other',
          'block',
          `${intent.from} is not before ${intent.environment}.`,
          "The estate's chains.",
        ),
      );
  }
  if (ledger.hold)
    found.push(
      finding(
        'hold',
        intent.kind === 'rollback' ? 'info' : 'warn',
        intent.kind === 'rollback'
          ? `Automatic deploys are held already, by ${ledger.hold.by}; the hold stays.`
          : `Automatic deploys are held here by ${ledger.hold.by}: ${ledger.hold.reason || 'no reason given'}`,
        `Since ${ledger.hold.since}.`,
      ),
    );
  else if (ledger.automaticDeploys === false)
    found.push(finding('automatic-deploys-off', 'info', 'Automatic deploys are off here.', at(ledger)));
  return found;
}

function clusterFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const { cluster } = outside;
  const name = intent.environment;
  if (cluster.state === 'absent')
    return [
      finding(
        'environment-unreachable',
        'info',
        `${name} has no cluster here: after the commit nothing can be watched.`,
        "The estate's file.",
      ),
    ];
  if (cluster.state !== 'live')
    return [
      finding(
        'environment-unreachable',
        'unknown',
        `The cluster of ${name} cannot be seen: how the deployment goes will not be known.`,
        cluster.asOf === null ? 'Never seen since the start.' : `Last seen ${cluster.asOf}.`,
      ),
    ];
  const unseen = outside.gaps
    // Sync windows have a finding of their own; hooks are only watched; of the other resources Argo CD tells the health.
    .filter(({ topics }) => topics.some((one) => !['projects', 'hooks', 'resources'].includes(one)))
    .map((gap) =>
      finding(
        'environment-part-unseen',
        'unknown',
        `${gap.kind} of ${name} cannot be seen. ${gap.means}`,
        `${gap.because.message} ${gap.because.meaning}`,
      ),
    );
  if (unseen.length > 0) return unseen;
  if (intent.kind !== 'rollback' && (outside.health === 'Degraded' || outside.health === 'Missing'))
    return [
      finding(
        'environment-unhealthy',
        'warn',
        `${intent.app} is ${outside.health} in ${name} before anything was done.`,
        `Health of its Applications at ${cluster.asOf}.`,
      ),
    ];
  return [];
}

/** What a sync window means for the intent. A rollback is never held up by a question of time alone. */
function windowFindings(intent: Ask, { cluster, syncWindows: windows }: OutsideFacts): Finding[] {
  if (cluster.state !== 'live' || windows === null || windows.state === 'open') return [];
  const name = intent.environment;
  if (windows.state === 'unknown')
    return [
      finding(
        'sync-window',
        'unknown',
        `Whether a sync window keeps syncs in ${name} waiting is not known.`,
        windows.because,
      ),
    ];
  const until = windows.opensAt === null ? 'No end is in sight.' : `Until ${windows.opensAt}.`;
  const evidence = `AppProject ${windows.project}. ${until}`;
  const isRollback = intent.kind === 'rollback';
  if (windows.state === 'manual-only')
    return [
      finding(
        'sync-window',
        isRollback ? 'info' : 'warn',
        `${windows.text} This deployment asks for a sync by hand, which may run.`,
        evidence,
      ),
    ];
  return [
    finding(
      'sync-window',
      isRollback ? 'warn' : 'block',
      `${windows.text} The commit would land, and Argo CD would not apply it before the window opens.`,
      evidence,
      true,
    ),
  ];
}

/** Syncs that are under way there: Argo CD does one at a time per Application. */
function syncFindings({ cluster, syncs }: OutsideFacts): Finding[] {
  if (cluster.state !== 'live') return [];
  return syncs.map(({ application, operation }) => {
    const { state, initiatedBy, message, startedAt, retryCount } = operation;
    const stuck = state === 'waiting-to-retry' || state === 'blocked' || retryCount > 0;
    const what =
      state === 'requested' ? 'is asked to sync' : state === 'terminating' ? 'ends a sync of' : 'is syncing';
    return finding(
      'sync-running',
      stuck || !operation.automated ? 'warn' : 'info',
      `Argo CD ${what} ${application}, for ${initiatedBy ?? 'somebody'}: this one has to wait for it.`,
      [
        startedAt ? `Since ${startedAt}.` : null,
        message,
        retryCount > 0 ? `Attempt ${retryCount + 1}.` : null,
      ]
        .filter((one) => one !== null)
        .join(' ') || 'The Application’s operation.',
    );
  });
}

const actWords: Record<ClusterAct, string> = {
  refresh: 'have Argo CD look at once (it looks by itself every few minutes)',
  sync: 'start a sync',
  'terminate-sync': 'terminate a sync',
  'submit-workflow': 'submit a workflow',
  'stop-workflow': 'stop a promotion that is on its way',
  'resume-workflow': 'resume a workflow',
  'retry-workflow': 'retry a workflow',
  'read-logs': 'read logs',
  'read-events': 'read events',
};

/**
 * What may not be done, or is not known to be allowed, of what the operation would do in the clusters. A hold is worth
 * its commit in any case, and whether it holds is told afterwards: it is not kept back.
 */
function permissionFindings(intent: AppIntent, { access }: OutsideFacts): Finding[] {
  const only = intent.kind === 'hold' || intent.kind === 'release-hold' ? 'info' : null;
  return access.flatMap(({ environment, access: { act, state, why } }) => {
    const what = `${actWords[act]} in ${environment}`;
    if (state === 'denied') return [finding('permission', only ?? 'warn', `You may not ${what}.`, why)];
    if (state === 'unknown')
      return [finding('permission', only ?? 'unknown', `Whether you may ${what} is not known.`, why)];
    return [];
  });
}

function versionFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const version = shortVersion(intent.version);
  const here = outside.evidenceHere;
  const found: Finding[] = [];
  if (outside.published === true || here)
    found.push(
      finding(
        'version-not-published',
        'pass',
        `${version} is published.`,
        here ? `It ran in ${intent.environment} before.` : `A tag or commit of ${intent.app}'s repo.`,
      ),
    );
  else if (outside.published === false)
    found.push(
      finding(
        'version-not-published',
        'block',
        `${intent.app} has no version ${version}.`,
        'Tags and commits of its repo.',
        true,
      ),
    );
  else
    found.push(
      finding(
        'version-unpublished-check-failed',
        'unknown',
        `Whether ${version} exists could not be checked.`,
        `${intent.app}'s repo could not be asked.`,
      ),
    );
  if (intent.kind === 'rollback') {
    found.push(
      here && here.evidence !== 'none'
        ? finding('never-healthy-here', 'pass', `${version} was healthy here.`, here.text)
        : finding(
            'never-healthy-here',
            'warn',
            `${version} was never seen healthy in ${intent.environment}.`,
            here?.text ?? 'No deployment of it here is known.',
          ),
    );
  }
  return found;
}

function testFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const { before, testsBefore: tests } = outside;
  if (intent.kind === 'rollback' || before === null) return [];
  const version = shortVersion(intent.version);
  // Deploying by hand past the chain is allowed; only production asks for a reason then.
  const level = intent.kind === 'promote' || outside.production ? 'warn' : 'info';
  switch (tests.state) {
    case 'passed':
      return [
        finding('not-tested-before', 'pass', `${version} passed its tests in ${before}.`, tests.evidence),
      ];
    case 'failed':
      return [
        finding('tests-failed-before', 'warn', `Tests of ${version} failed in ${before}.`, tests.evidence),
      ];
    case 'running':
      return [
        finding(
          'not-tested-before',
          level,
          `Tests of ${version} are still running in ${before}.`,
          tests.evidence,
        ),
      ];
    case 'none':
      return [finding('not-tested-before', level, `${version} was not tested in ${before}.`, tests.evidence)];
    case 'unknown':
      return [
        finding(
          'not-tested-before',
          level === 'info' ? 'info' : 'unknown',
          `Whether ${version} was tested in ${before} is not known.`,
          tests.evidence,
        ),
      ];
  }
}

function changeFindings(intent: Ask, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  const { change } = outside;
  if (ledger.version === null) return [];
  const back = compareVersions(intent.version, ledger.version);
  const backward = back === null ? change?.state === 'known' && change.direction === 'backward' : back < 0;
  const found: Finding[] = [];
  if (backward && intent.kind !== 'rollback')
    found.push(
      finding(
        'behind-running',
        'warn',
        `${shortVersion(intent.version)} is older than ${shortVersion(ledger.version)}, which is there now.`,
        'A rollback would also hold automatic deploys.',
      ),
    );
  if (change === null || change.state === 'unknown') {
    found.push(
      finding(
        'migrations-unknown',
        'unknown',
        'Whether a migration lies between the two versions is not known.',
        change?.because ?? 'Not compared yet.',
      ),
    );
    return found;
  }
  const files = change.migrations.slice(0, 5).join(', ');
  const more = change.migrations.length > 5 ? ` and ${change.migrations.length - 5} more` : '';
  const evidence = `${change.commits.length + change.lost.length} commits compared${change.truncated ? ' (not all of them)' : ''}.`;
  if (change.migrations.length > 0)
    found.push(
      finding(
        'migration',
        backward || change.direction === 'diverged' || intent.kind === 'rollback' ? 'warn' : 'info',
        `Migrations lie between the two versions: ${files}${more}.`,
        evidence,
      ),
    );
  else if (change.truncated)
    found.push(
      finding('migrations-unknown', 'unknown', 'The comparison was cut: migrations may be hidden.', evidence),
    );
  else found.push(finding('migration', 'pass', 'No migration lies between the two versions.', evidence));
  return found;
}

/**
 * Everything that can be said about an intent before anyone commits: all findings at once, each with what was looked
 * at. What was not seen is `unknown`, never a pass. Pure and quick, so that it is computed again inside the
 * transaction, on the snapshot that lands.
 */
export function preflightFindings(intent: AppIntent, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  const found = [...standing(intent, outside), ...ledgerFindings(intent, ledger, outside)];
  if (!ledger.exists) return found;
  found.push(...permissionFindings(intent, outside));
  if (intent.kind === 'hold' || intent.kind === 'release-hold' || intent.kind === 'nudge') return found;
  return [
    ...found,
    ...versionFindings(intent, outside),
    ...testFindings(intent, outside),
    ...clusterFindings(intent, outside),
    ...windowFindings(intent, outside),
    ...syncFindings(outside),
    ...changeFindings(intent, ledger, outside),
  ];
}

/** Findings that stand in the way: a `block` that nothing overrides, or anything from `warn` up without its override. */
export function obstacles(
  intent: { reason?: string | undefined; override?: readonly string[] | undefined },
  findings: readonly Finding[],
): Finding[] {
  const asked = intent.override ?? [];
  const withReason = (intent.reason ?? '').trim() !== '';
  return findings.filter((one) => {
    if (one.level === 'info' || one.level === 'pass') return false;
    return !(one.overridable && withReason && asked.includes(one.code));
  });
}
