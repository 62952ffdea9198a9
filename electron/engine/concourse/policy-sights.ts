import type { VersionValue } from '../../../shared/domain/concourse/answers';
import { type BagNames, bagNumber } from '../../../shared/domain/concourse/bag-version';
import type { PolicySight } from '../../../shared/domain/concourse/past';
import type { PipelineState } from '../../systems/concourse/pipeline-state';
import { disabledSaid } from './bag-rows';
import { readPinComment } from './pin-comment';

const standing = (sights: readonly PolicySight[], what: PolicySight['what']): Map<number, PolicySight> => {
  const now = new Map<number, PolicySight>();
  for (const sight of sights.filter((one) => one.what === what))
    if (sight.on) now.set(sight.bag, sight);
    else now.delete(sight.bag);
  return now;
};

/**
 * What changed of pins and disabled bags since it was written down last. Concourse records neither who nor when nor why: what
 * Signalbox did it wrote into a comment; the rest was somebody in Concourse, between two looks.
 * @param look when it was looked at, and when before that; ISO 8601
 */
export function policySights(
  state: PipelineState,
  names: BagNames,
  before: readonly PolicySight[],
  look: { at: string; after: string | null },
): PolicySight[] {
  const numberOf = (version: VersionValue): number | null => bagNumber(version, names);
  const somebody = { by: 'somebody in Concourse', reason: '' };
  const changes: PolicySight[] = [];
  const pins = standing(before, 'pin');
  const pinned = state.bagResource?.pinned ?? null;
  const bag = pinned && numberOf(pinned.version);
  for (const [old, { reason }] of pins)
    if (old !== bag) changes.push({ what: 'pin', bag: old, on: false, ...somebody, reason, ...look });
  if (pinned && bag !== null) {
    const { at, by, reason } = readPinComment(pinned.comment);
    const known = pins.get(bag);
    // The comment follows the pin by a request: what it says is written down again where it says something else.
    if (!known || known.by !== by || known.reason !== reason)
      changes.push({
        what: 'pin',
        bag,
        on: true,
        by,
        reason,
        at: at ?? look.at,
        after: at ? null : look.after,
      });
  }
  const disabled = standing(before, 'disabled');
  for (const version of state.versions) {
    const number = numberOf(version.version);
    if (number === null) continue;
    const known = disabled.get(number);
    if (version.enabled) {
      if (known) changes.push({ what: 'disabled', bag: number, on: false, ...somebody, ...look });
      continue;
    }
    const { at, by, reason } = disabledSaid(state, version);
    if (!known || known.by !== by || known.reason !== reason)
      changes.push({
        what: 'disabled',
        bag: number,
        on: true,
        by,
        reason,
        at: at ?? look.at,
        after: at ? null : look.after,
      });
  }
  return changes;
}
