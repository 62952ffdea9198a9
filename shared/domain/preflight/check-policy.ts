import { z } from 'zod';
import type { Finding } from './finding';

/**
 * Checks whose weight is a team's own choice. The others are facts of the systems (a lock, a missing right, an
 * unreachable repo), which no choice changes.
 */
export const chosenChecks = [
  'deploy-hours',
  'others-changes',
  'note',
  'checks',
  'checks-pending',
  'checks-missing',
  'on-its-way',
  'migration',
  'behind-running',
  'not-tested-before',
  'tests-failed-before',
  'never-healthy-here',
  'environment-unhealthy',
  'version-not-published',
  'hold',
  'automatic-deploys-off',
  'failed-before',
  'never-here',
  'older',
  'bad-before',
] as const satisfies readonly Finding['code'][];

/** `blocks`: only with an override and its reason; so does `warns`, which is shown less loudly; `informs`: no reason is asked. */
export const checkPolicySchema = z
  .partialRecord(z.enum(chosenChecks), z.enum(['blocks', 'warns', 'informs']))
  .describe(
    'How much a check counts there, by its code: `blocks` (only with a reason, shown as a block), `warns` (only with a reason) or `informs`. Missing: as Signalbox has it. What is not known stays unknown, and a rollback never weighs more than it does by itself.',
  );
export type CheckPolicy = z.infer<typeof checkPolicySchema>;

const levels = { blocks: 'block', warns: 'warn', informs: 'info' } as const;
const weight: Partial<Record<Finding['level'], number>> = { info: 1, warn: 2, block: 3 };

/**
 * Findings as an environment's policy weighs them. A check that passed stays one that passed, what is not known stays
 * unknown, and a block that nothing overrides stays. What the policy blocks can be overridden with a reason.
 * @param goesBack a rollback: a policy may make it easier, and never harder.
 */
export function weighed(
  findings: readonly Finding[],
  policy: CheckPolicy | undefined,
  goesBack: boolean,
): Finding[] {
  return findings.map((one) => {
    const chosen = policy?.[one.code as (typeof chosenChecks)[number]];
    const own = weight[one.level];
    if (chosen === undefined || own === undefined || (one.level === 'block' && !one.overridable)) return one;
    const level = levels[chosen];
    if (goesBack && (weight[level] ?? 0) > own) return one;
    return { ...one, level, overridable: true };
  });
}
