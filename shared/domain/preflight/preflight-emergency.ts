import { offSentence } from '../emergency/debt-words';
import { shortVersion } from '../ledger/version';
import type { AppIntent } from '../operation/intent';
import { utcText } from '../text/utc-text';
import { type Finding, finding } from './finding';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';

/** Whether the release repo is away, which alone opens this way; what it freezes; what it leaves behind. */
function emergencyFindings(
  intent: Extract<AppIntent, { kind: 'emergency-rollback' }>,
  ledger: LedgerFacts,
  outside: OutsideFacts,
): Finding[] {
  const { environment, app, version } = intent;
  const { remoteAway: away, cluster, debts, parent } = outside;
  const found: Finding[] = [];
  if (away === null)
    found.push(
      finding(
        'emergency',
        'block',
        'The release repo is reachable: roll back the usual way.',
        'An emergency rollback is only for when it is unreachable.',
      ),
    );
  else
    found.push(
      finding(
        'emergency',
        'info',
        `The release repo is unreachable, so ${shortVersion(version)} is set in the ${environment} cluster, bypassing Git.`,
        `Since ${utcText(away.since)}: ${away.why}`,
      ),
    );
  if (cluster.state !== 'live')
    found.push(
      finding(
        'environment-unreachable',
        'block',
        `The ${environment} cluster is unreachable too, so nothing can be changed now.`,
        'An emergency rollback is made in the cluster.',
      ),
    );
  const wants = ledger.version === null ? 'another version' : shortVersion(ledger.version);
  found.push(
    finding(
      'emergency',
      'info',
      `Until you reconcile, no change in Git reaches any app in ${environment}: automatic sync of ${parent ?? 'the parent Application'} and ${app} is off.`,
      `Other apps keep running as they are. Git still wants ${wants} of ${app}.`,
    ),
  );
  const open = debts.find((one) => one.app === app);
  if (open)
    found.push(
      finding(
        'emergency',
        'info',
        `An emergency rollback to ${shortVersion(open.imageTag)} is already open here; this one takes its place.`,
        `Since ${utcText(open.since)}, by ${open.by}.`,
      ),
    );
  return found;
}

/** What switching on again brings along. */
function reconcileFindings(
  intent: Extract<AppIntent, { kind: 'reconcile' }>,
  ledger: LedgerFacts,
  outside: OutsideFacts,
): Finding[] {
  const { environment, app, version } = intent;
  const { debts, parent } = outside;
  const found: Finding[] = [];
  const debt = debts.find((one) => one.app === app);
  if (!debt)
    return [
      finding(
        'emergency',
        'block',
        `There is no emergency rollback of ${app} in ${environment} to reconcile.`,
        'This console’s operations, the release repo and the Applications.',
      ),
    ];
  if (ledger.version !== null && ledger.version !== debt.leaves && ledger.version !== debt.imageTag)
    found.push(
      finding(
        'emergency',
        'info',
        `Git got ${shortVersion(ledger.version)} of ${app} after the emergency rollback.`,
        `It was ${debt.leaves === null ? 'no version' : shortVersion(debt.leaves)} then.`,
      ),
    );
  if (version !== debt.imageTag)
    found.push(
      finding(
        'emergency',
        'info',
        `${shortVersion(version)} replaces ${shortVersion(debt.imageTag)}, which runs now.`,
        'Git is not changed; Argo CD applies what it wants.',
      ),
    );
  const others = debts.filter((one) => one !== debt).map((one) => one.app);
  found.push(
    others.length > 0
      ? finding(
          'emergency',
          'info',
          `Automatic sync of ${parent ?? debt.parent} stays off: ${others.join(', ')} must be reconciled first.`,
          'The last one switches it on.',
        )
      : finding(
          'emergency',
          'info',
          `At the end, ${parent ?? debt.parent} applies everything that changed in Git meanwhile, for all apps in ${environment}.`,
          'Its automatic sync is switched on again.',
        ),
  );
  return found;
}

/**
 * What an emergency rollback that is not reconciled keeps from a version that lands in Git: Argo CD applies nothing there
 * by itself until then.
 */
function keptByDebts({ app, environment }: AppIntent, { debts }: OutsideFacts): Finding[] {
  const own = debts.find((one) => one.app === app);
  const debt = own ?? debts[0];
  if (!debt) return [];
  const evidence = `${offSentence(debt)} Emergency rollback by ${debt.by}.`;
  return [
    own
      ? finding(
          'emergency',
          'warn',
          `${app} in ${environment} runs ${shortVersion(own.imageTag)} by emergency rollback: Argo CD does not apply another version until you reconcile.`,
          evidence,
        )
      : finding(
          'emergency',
          'warn',
          `No change in Git reaches any app in ${environment} until the emergency rollback of ${debt.app} is reconciled.`,
          evidence,
        ),
  ];
}

/** What a rollback past Git and its end say of themselves, and what is left of one to whatever brings a version there. */
export function pastGitFindings(intent: AppIntent, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  if (intent.kind === 'emergency-rollback') return emergencyFindings(intent, ledger, outside);
  if (intent.kind === 'reconcile') return reconcileFindings(intent, ledger, outside);
  return 'version' in intent ? keptByDebts(intent, outside) : [];
}
