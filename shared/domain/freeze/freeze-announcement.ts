import type { Announcement } from '../announcement/announcement';
import type { FreezeIntent } from '../operation/intent';
import { type Freeze, scopeText } from './freeze';
import { passesText } from './freeze-words';

/**
 * What people are told when a freeze was set or lifted; `null`: nothing. A planned one is told when it is set, not again
 * when it begins.
 * @param told.who `null`: the clock ended it.
 */
export function freezeAnnouncement(
  kind: FreezeIntent['kind'],
  freeze: Freeze,
  told: { at: string; who: string | null; why: string | null },
): Announcement | null {
  if (kind !== 'freeze' && kind !== 'thaw') return null;
  const isSet = kind === 'freeze';
  return {
    id: `freeze ${freeze.operation} ${isSet ? 'set' : 'lifted'}`,
    thread: `freeze ${freeze.operation}`,
    event: isSet ? 'freeze-set' : 'freeze-lifted',
    at: told.at,
    who: told.who,
    what: scopeText(freeze),
    pipeline: freeze.pipeline,
    environments: freeze.environment === null ? [] : [freeze.environment],
    apps: freeze.app === null ? [] : [freeze.app],
    version: null,
    why: isSet ? freeze.reason : told.why,
    details: isSet ? [passesText(freeze)] : ['Nothing was deployed by this.'],
    until: isSet ? freeze.until : null,
    link: null,
    callEveryone: false,
  };
}
