import { compareVersions, shortVersion } from '../ledger/version';
import { count } from '../text/count';
import { utcText } from '../text/utc-text';
import { type Finding, finding } from './finding';
import { goesBack } from './goes-back';
import type { Ask, LedgerFacts, OutsideFacts } from './preflight-facts';

/** Whether the version's image is there, as the registry says. */
function imageFinding(
  intent: Ask,
  image: NonNullable<OutsideFacts['image']>,
  outside: OutsideFacts,
): Finding {
  const version = shortVersion(intent.version);
  if (image === 'not-asked' || image.state === 'unknown') {
    const before = outside.evidenceHere ? ` It ran in ${intent.environment} before.` : '';
    return finding(
      'version-unpublished-check-failed',
      'unknown',
      `Whether the image of ${version} exists could not be checked.`,
      `${image === 'not-asked' ? 'The registry was not asked yet.' : image.because}${before}`,
    );
  }
  if (image.state === 'there')
    return finding(
      'version-not-published',
      'pass',
      `${version} is published.`,
      `The registry has ${image.name} (${image.digest.slice(0, 19)}).`,
    );
  return finding(
    'version-not-published',
    'block',
    outside.published === true || outside.evidenceHere
      ? `${intent.app} has ${version}, but its image does not exist: nodes could not pull it.`
      : `${intent.app} has no image ${version}.`,
    outside.evidenceHere ? `${image.because} It ran in ${intent.environment} before.` : image.because,
    true,
  );
}

/** Whether the version is known, where no registry is named that could tell of its image. */
function repoFinding(intent: Ask, outside: OutsideFacts): Finding {
  const version = shortVersion(intent.version);
  const here = outside.evidenceHere;
  if (outside.published === true || here)
    return finding(
      'version-not-published',
      'pass',
      here ? `${version} was published.` : `${version} is in ${intent.app}’s repo.`,
      here
        ? `It ran in ${intent.environment} before.`
        : 'A tag or commit. Its image was not checked: the estate file has no registry.',
    );
  if (outside.published === false)
    return finding(
      'version-not-published',
      'block',
      `${intent.app} has no version ${version}.`,
      'Tags and commits of its repo.',
      true,
    );
  return finding(
    'version-unpublished-check-failed',
    'unknown',
    `Can’t tell whether ${version} exists.`,
    outside.asksRepo ? `${intent.app}'s repo did not answer.` : 'The estate file has no source repos.',
  );
}

/** Whether a version is published, and for a rollback how it did there. */
export function versionFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const version = shortVersion(intent.version);
  const here = outside.evidenceHere;
  const { image } = outside;
  const found: Finding[] = [
    image === null ? repoFinding(intent, outside) : imageFinding(intent, image, outside),
  ];
  if (goesBack(intent)) {
    found.push(
      here && here.evidence !== 'none'
        ? finding('never-healthy-here', 'pass', `${version} was healthy here.`, here.text)
        : finding(
            'never-healthy-here',
            'warn',
            `${version} was never seen healthy in ${intent.environment}.`,
            here?.text ?? 'No known deployment of it here.',
          ),
    );
  }
  return found;
}

/** How the version's tests went in the environment before. */
export function testFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const { before, testsBefore: tests } = outside;
  if (goesBack(intent) || before === null) return [];
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
    case 'hidden':
      return [
        finding(
          'not-tested-before',
          'info',
          `The tests of ${version} in ${before} are not visible to you.`,
          tests.evidence,
        ),
      ];
    case 'forgotten':
      return [
        finding(
          'not-tested-before',
          'info',
          `How the tests of ${version} in ${before} ended is no longer known.`,
          tests.evidence,
        ),
      ];
    case 'given-up':
      return [
        finding(
          'not-tested-before',
          level,
          `${version} was rolled back or seen failing in ${before}.`,
          tests.evidence,
        ),
      ];
    case 'unknown':
      return [
        finding(
          'not-tested-before',
          level === 'info' ? 'info' : 'unknown',
          `Can’t tell whether ${version} was tested in ${before}.`,
          tests.evidence,
        ),
      ];
  }
}

/** What lies between the present version and the wanted one. */
export function changeFindings(intent: Ask, ledger: LedgerFacts, outside: OutsideFacts): Finding[] {
  const { change } = outside;
  if (ledger.version === null) return [];
  const back = compareVersions(intent.version, ledger.version);
  const backward = back === null ? change?.state === 'known' && change.direction === 'backward' : back < 0;
  const found: Finding[] = [];
  if (backward && !goesBack(intent))
    found.push(
      finding(
        'behind-running',
        'warn',
        `${shortVersion(intent.version)} is older than the current ${shortVersion(ledger.version)}.`,
        'A rollback would also hold automatic deploys.',
      ),
    );
  // What runs may be another version than the one that Git wants: by an emergency, or since a rollout is not over.
  const newer = outside.serving.find(
    (tag) => tag !== ledger.version && (compareVersions(intent.version, tag) ?? 0) < 0,
  );
  if (newer !== undefined && !goesBack(intent) && !backward)
    found.push(
      finding(
        'behind-running',
        'warn',
        `${shortVersion(intent.version)} is older than ${shortVersion(newer)}, which runs in ${intent.environment}.`,
        'Ready pods there.',
      ),
    );
  if (change === null || change.state === 'unknown') {
    found.push(
      finding(
        'migrations-unknown',
        'unknown',
        'Can’t tell whether this includes a migration.',
        change?.because ?? 'Not compared yet.',
      ),
    );
    return found;
  }
  const files = change.migrations.slice(0, 5).join(', ');
  const others = Math.max(0, change.migrations.length - 5);
  const more = `${others > 0 ? ` and ${others} more` : ''}${change.migrationsPartial ? ', maybe more that GitHub did not list' : ''}`;
  const old =
    change.asOf === undefined ? '' : ` As of ${utcText(change.asOf)}: GitHub could not be asked now.`;
  const evidence = `${count(change.commits.length + change.lost.length, 'commit')} compared${change.truncated ? ' (not all)' : ''}.${old}`;
  if (change.migrations.length > 0)
    found.push(
      finding(
        'migration',
        backward || change.direction === 'diverged' || goesBack(intent) ? 'warn' : 'info',
        `Includes ${count(change.migrations.length, 'migration')}: ${files}${more}.`,
        evidence,
      ),
    );
  else if (change.migrationsPartial)
    found.push(
      finding(
        'migrations-unknown',
        'unknown',
        'GitHub did not list all changed files: there may be migrations.',
        evidence,
      ),
    );
  else found.push(finding('migration', 'pass', 'No migrations.', evidence));
  return found;
}
