import { readOnlyFindings } from '../estate/read-only';
import { shortVersion } from '../ledger/version';
import { type AppIntent, declarationOf } from '../operation/intent';
import { utcText } from '../text/utc-text';
import { weighed } from './check-policy';
import { hoursFindings } from './deploy-hours';
import { type Finding, finding } from './finding';
import { goesBack } from './goes-back';
import { checkFindings } from './preflight-checks';
import { clusterFindings, permissionFindings, syncFindings, windowFindings } from './preflight-cluster';
import { elsewhereFindings } from './preflight-elsewhere';
import { pastGitFindings } from './preflight-emergency';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';
import { freezeFindings } from './preflight-freeze';
import { markFindings } from './preflight-marks';
import { noteFindings } from './preflight-notes';
import { othersFindings } from './preflight-others';
import { routeFindings, teamFindings } from './preflight-route';
import { changeFindings, testFindings, versionFindings } from './preflight-version';
import { withLifters } from './who-lifts';

const at = (facts: LedgerFacts): string =>
  facts.commit === null
    ? 'The release repo has no commits.'
    : `Release repo at ${facts.commit.slice(0, 10)}.`;

/** What releasing means where nobody holds the environment itself. */
function unrecordedRelease(ledger: LedgerFacts): Finding[] {
  const { gate } = ledger;
  if (gate === null) return [finding('hold', 'block', 'There is no hold to release.', at(ledger))];
  if (gate.frozenBy !== null)
    return [finding('hold', 'block', `Caused by ${gate.frozenBy}: lift that freeze.`, at(ledger))];
  if (gate.heldBy !== null)
    return [
      finding(
        'hold',
        'block',
        `The hold on ${gate.heldBy} keeps automatic deploys off: release that one.`,
        at(ledger),
      ),
    ];
  const text = `Switched off in ${gate.before}'s file outside Signalbox; releasing the hold switches it on there.`;
  return [finding('hold', 'info', text, at(ledger))];
}

function standing(intent: AppIntent, outside: OutsideFacts): Finding[] {
  const found = readOnlyFindings(outside.readOnlyBecause);
  if (outside.running)
    found.push(
      finding(
        'operation-running',
        'block',
        `Another operation is running for ${intent.app} in ${intent.environment}: ${outside.running.what}.`,
        `Operation ${outside.running.id}.`,
      ),
    );
  const { overtakes } = outside;
  if (overtakes)
    found.push(
      finding(
        'operation-running',
        overtakes.isRollingOut && !goesBack(intent) ? 'warn' : 'info',
        overtakes.isRollingOut
          ? `This replaces an operation that is still rolling out: ${overtakes.what}. It will end as superseded.`
          : `This replaces an operation that is only waiting for its tests: ${overtakes.what}. It will end as superseded.`,
        `Operation ${overtakes.id}.`,
      ),
    );
  // An emergency rollback is for that very moment.
  if (outside.ledger.state === 'unreachable' && intent.kind !== 'emergency-rollback')
    found.push(
      finding(
        'ledger-stale',
        'block',
        outside.ledger.failure.code === 'unauthorised'
          ? 'The release repo refused the sign-in, so nothing can be changed now.'
          : 'The release repo is unreachable, so nothing can be changed now.',
        `Unreachable since ${utcText(outside.ledger.since)}: ${outside.ledger.failure.message}`,
      ),
    );
  return found;
}

function ledgerFindings(intent: AppIntent, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  const found: Finding[] = [];
  if (!ledger.exists) {
    const what = `${intent.app} has no file in ${intent.environment}.`;
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
      finding('hold', 'unknown', 'Can’t tell whether automatic deploys are held here.', ledger.holdProblem),
    );
  if (ledger.holdNewer !== null) {
    const changes = intent.kind === 'hold' || intent.kind === 'release-hold';
    found.push(finding('newer-record', changes ? 'block' : 'warn', ledger.holdNewer, at(ledger)));
  }
  if (intent.kind === 'hold' && ledger.hold)
    found.push(
      finding('hold', 'block', `Already held by ${ledger.hold.by}.`, `Since ${utcText(ledger.hold.since)}.`),
    );
  if (intent.kind === 'release-hold' && !ledger.hold && ledger.holdProblem === null)
    found.push(...unrecordedRelease(ledger));
  if (!('expected' in intent)) return found;
  // Nobody can release a lock while the release repo is away.
  const lockLevel = intent.kind === 'emergency-rollback' ? 'warn' : 'block';
  for (const { text } of ledger.locks) found.push(finding('locked', lockLevel, text, at(ledger)));
  const now = ledger.version === null ? 'no version' : shortVersion(ledger.version);
  const isPastGit = intent.kind === 'emergency-rollback' || intent.kind === 'reconcile';
  if (ledger.version === intent.version)
    found.push(
      isPastGit
        ? finding('already-there', 'info', `Git already wants ${now}.`, at(ledger))
        : finding('already-there', 'block', `${intent.environment} already has ${now}.`, at(ledger)),
    );
  else if (ledger.version !== intent.expected) {
    const saw = intent.expected === null ? 'no version' : shortVersion(intent.expected);
    found.push(
      finding(
        'environment-moved',
        'block',
        `${intent.environment} changed to ${now} after you opened this (it was ${saw}).`,
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
          `${intent.from} no longer has ${shortVersion(intent.version)}.`,
          at(ledger),
        ),
      );
    if (outside.before !== intent.from)
      found.push(
        finding(
          'other',
          'block',
          `${intent.from} does not come before ${intent.environment}.`,
          'The pipelines in the estate file.',
        ),
      );
  }
  if (ledger.hold)
    found.push(
      finding(
        'hold',
        goesBack(intent) ? 'info' : 'warn',
        goesBack(intent)
          ? `Automatic deploys are already held by ${ledger.hold.by}; the hold stays.`
          : `Automatic deploys are held here by ${ledger.hold.by}: ${ledger.hold.reason || 'no reason given'}`,
        `Since ${utcText(ledger.hold.since)}.`,
      ),
    );
  else if (ledger.automaticDeploys === false)
    found.push(finding('automatic-deploys-off', 'info', 'Automatic deploys are off here.', at(ledger)));
  return found;
}

/**
 * Everything that can be said about an intent before anyone commits: all findings at once, each with what was looked
 * at. What was not seen is `unknown`, never a pass. Pure and quick, so that it is computed again inside the
 * transaction, on the snapshot that lands.
 */
export function preflightFindings(intent: AppIntent, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  const found = weighed(allFindings(intent, ledger, outside), outside.policy, goesBack(intent));
  return withLifters(found, intent, ledger, outside);
}

function allFindings(intent: AppIntent, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  const found = [...standing(intent, outside), ...ledgerFindings(intent, ledger, outside)];
  if (!ledger.exists) return found;
  found.push(...pastGitFindings(intent, ledger, outside));
  found.push(...routeFindings(intent, outside), ...permissionFindings(intent, outside));
  if (declarationOf(intent).lands.length > 0) found.push(...teamFindings(intent, outside));
  if (!('expected' in intent)) return found;
  return [
    ...found,
    ...markFindings(intent, ledger),
    ...noteFindings(intent.app, ledger, outside),
    ...hoursFindings(intent, outside.hours),
    ...freezeFindings(intent, ledger.frozen),
    ...versionFindings(intent, outside),
    ...checkFindings(intent, outside),
    ...testFindings(intent, outside),
    ...clusterFindings(intent, outside),
    // A sync window blocks syncs, and this needs none.
    ...(intent.kind === 'emergency-rollback' ? [] : windowFindings(intent, outside)),
    ...syncFindings(intent, ledger, outside),
    ...changeFindings(intent, ledger, outside),
    ...othersFindings(outside),
    ...elsewhereFindings(intent, outside),
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
