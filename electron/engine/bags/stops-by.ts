import type { Failure } from '../../../shared/domain/failure/failure';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { type Finding, worsened } from '../../../shared/domain/preflight/finding';
import { obstacles } from '../../../shared/domain/preflight/preflight';

const list = (findings: readonly Finding[]): string => findings.map((one) => one.message).join(' ');

/** Why an operation with these findings must not go on; `null` when it may. */
export function stopsBy(
  intent: BagIntent,
  seen: readonly Finding[],
  now: readonly Finding[],
): Failure | null {
  const { reason } = intent;
  const override = ('override' in intent && intent.override) || [];
  const worse = worsened(seen, now).filter((one) => !override.includes(one.code));
  const open = obstacles({ reason, override }, now);
  if (open.length === 0) return null;
  return {
    code: open.some((one) => one.code === 'still-running' || one.code === 'operation-running')
      ? 'busy'
      : worse.length > 0 && seen.length > 0
        ? 'conflict'
        : 'refused',
    message: list(open),
    meaning: 'Nothing was changed.',
    next: open.every((one) => one.overridable)
      ? [{ do: 'retry', label: 'Override with a reason' }]
      : [{ do: 'advice', label: 'Resolve what blocks it first.' }],
  };
}
