import type { OperationEvent } from '../../../shared/domain/operation/operation-events';

/** A record of the journal by its type, step and effect, the same in every run: `side-effect-result/commit/commit`. */
export function recordName(event: OperationEvent): string {
  const parts: string[] = [event.type];
  if ('step' in event) parts.push(event.step);
  // Names of apps and environments are taken out, so that runs on different cells have the same names.
  if ('effect' in event)
    parts.push(event.effect.split(':')[0] ?? '', event.effect.endsWith('/app-config') ? 'parent' : '');
  return parts.filter((part) => part !== '').join('/');
}
