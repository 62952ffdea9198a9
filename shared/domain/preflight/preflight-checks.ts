import { shortVersion } from '../ledger/version';
import { count } from '../text/count';
import { visibleText } from '../text/visible-text';
import { type Finding, finding } from './finding';
import type { Ask, OutsideFacts } from './preflight-facts';

/** Names as they fit a sentence. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => visibleText(name.slice(0, 60)));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * How the checks of a version's commit stand. Failed ones are a reason to think before something goes on, or reaches
 * production; a rollback goes to what ran there before. That they run still, or that there are none, is told; nothing of
 * it is a pass but that all have passed.
 */
export function checkFindings(intent: Ask, outside: OutsideFacts): Finding[] {
  const { checks } = outside;
  if (checks === null || checks === 'not-asked') return [];
  const version = shortVersion(intent.version);
  const say = (
    level: Finding['level'],
    message: string,
    evidence: string,
    code: 'checks' | 'checks-pending' | 'checks-missing' = 'checks',
  ) => [finding(code, level, message, evidence)];
  if (checks.state === 'unknown')
    return say('info', `Can’t tell whether the GitHub checks of ${version} passed.`, checks.because);
  const { failed, pending, passed, partial } = checks;
  const total = failed.length + pending.length + passed;
  const evidence = `${count(total, 'check')} of its commit${partial ? ', and more that were not read' : ''}; ${passed} passed.`;
  const matters = intent.kind === 'promote' || (intent.kind === 'deploy' && outside.production);
  if (failed.length > 0)
    return say(
      matters ? 'warn' : 'info',
      `Checks of ${version} failed on GitHub: ${list(failed)}.`,
      evidence,
    );
  if (pending.length > 0)
    return say(
      matters ? 'warn' : 'info',
      `Checks of ${version} are still running on GitHub: ${list(pending)}.`,
      evidence,
      'checks-pending',
    );
  if (total === 0)
    return say(
      'info',
      `${version} has no checks on GitHub.`,
      'Its commit has neither check runs nor statuses.',
      'checks-missing',
    );
  if (partial) return say('info', `The checks of ${version} that were read passed on GitHub.`, evidence);
  return say('pass', `All checks of ${version} passed on GitHub.`, evidence);
}
