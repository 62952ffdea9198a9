import { z } from 'zod';

/** `unknown` never counts as a pass; `block` and `warn` and `unknown` can be overridden only with a typed reason. */
export const findingLevels = ['block', 'warn', 'unknown', 'info', 'pass'] as const;

const findingCodes = [
  'already-there',
  'behind-running',
  'deploy-hours',
  'operation-running',
  'hold',
  'freeze',
  'automatic-deploys-off',
  'version-not-published',
  'version-unpublished-check-failed',
  'never-healthy-here',
  'checks',
  'checks-pending',
  'checks-missing',
  'on-its-way',
  'team',
  'not-tested-before',
  'tests-failed-before',
  'others-changes',
  'migration',
  'migrations-unknown',
  'sync-window',
  'sync-running',
  'environment-unreachable',
  'environment-part-unseen',
  'permission',
  'environment-unhealthy',
  'environment-moved',
  'ledger-stale',
  'read-only',
  'route-closed',
  'locked',
  'rule-blocks',
  'not-passed',
  'bad',
  'note',
  'note-unknown',
  'pinned-elsewhere',
  'unreadable',
  'newer-record',
  'same',
  'older',
  'failed-before',
  'never-here',
  'running-unknown',
  'bad-before',
  'services-lacking',
  'nothing-differs',
  'still-running',
  'holder-may-run',
  'needs-reason',
  'emergency',
  'other',
] as const;

/**
 * One thing that preflight found out. `evidence` says what was looked at (a commit, an object, a time), so that a
 * person can check it. `overridable: false` on a `block` means that nothing may override it.
 */
export const findingSchema = z.object({
  code: z.enum(findingCodes),
  level: z.enum(findingLevels),
  message: z.string(),
  evidence: z.string(),
  overridable: z.boolean(),
  /** Who can lift it, and what to send them. */
  lift: z
    .object({
      who: z.string(),
      /** Their page, or where it is lifted; `null`: none is known. */
      link: z.string().nullable(),
      message: z.string(),
    })
    .optional(),
  /** It asks what becomes of a sync that runs there; `choice`: what the person chose. */
  sync: z
    .object({
      application: z.string(),
      startedAt: z.string().nullable(),
      choice: z.enum(['terminate', 'wait']).nullable(),
    })
    .optional(),
});
export type Finding = z.infer<typeof findingSchema>;
export type FindingLevel = Finding['level'];

/** Makes a finding; what is not a block can be overridden unless it is said otherwise. */
export const finding = (
  code: Finding['code'],
  level: FindingLevel,
  message: string,
  evidence: string,
  overridable = level !== 'block',
): Finding => ({ code, level, message, evidence, overridable });

const weight: Record<FindingLevel, number> = { block: 4, unknown: 3, warn: 2, info: 1, pass: 0 };

/** The findings of `now` that are not in `before`, or weigh more than there: what got worse since a person looked. */
export function worsened(before: readonly Finding[], now: readonly Finding[]): Finding[] {
  const known = new Map<string, number>();
  for (const finding of before) {
    known.set(finding.code, Math.max(known.get(finding.code) ?? 0, weight[finding.level]));
  }
  return now.filter(
    (finding) => weight[finding.level] >= 2 && weight[finding.level] > (known.get(finding.code) ?? 1),
  );
}

/** Whether the action needs the sheet and a person's look: anything that warns, blocks or is unknown. */
export function needsAttention(findings: readonly Finding[]): boolean {
  return findings.some((finding) => weight[finding.level] >= 2);
}
