import type { Announcement } from '../announcement/announcement';
import { freezesLink } from '../link/signalbox-link';
import type { FreezeIntent } from '../operation/intent';
import { utcText } from '../text/utc-text';
import { type Freeze, scopeText } from './freeze';
import { passesText } from './freeze-words';

/**
 * What people are told when a freeze was set or lifted; `null`: nothing. A planned one is told when it is set, not again
 * when it begins.
 * @param told.who `null`: the clock ended it.
 * @param told.review its flags wait for the review of a pull request.
 */
export function freezeAnnouncement(
  kind: FreezeIntent['kind'],
  freeze: Freeze,
  told: {
    at: string;
    who: string | null;
    why: string | null;
    callEveryone?: boolean;
    review?: boolean;
    /** Where its record is read on the web, while it is there; `null`: nowhere. */
    page?: string | null;
  },
): Announcement | null {
  if (kind !== 'freeze' && kind !== 'thaw') return null;
  const isSet = kind === 'freeze';
  const begins = freeze.from > told.at ? [`It begins at ${utcText(freeze.from)}.`] : [];
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
    details: isSet
      ? [
          ...begins,
          passesText({ ...freeze, automatic: freeze.automatic && !told.review }),
          ...(told.review ? ['They stop once a pull request is reviewed and merged.'] : []),
        ]
      : [
          'Nothing was deployed by this.',
          ...(told.review ? ['Automatic deploys go on once a pull request is reviewed and merged.'] : []),
        ],
    until: isSet ? freeze.until : null,
    link: (isSet && told.page) || null,
    open: freezesLink,
    callEveryone: isSet && told.callEveryone === true,
  };
}
