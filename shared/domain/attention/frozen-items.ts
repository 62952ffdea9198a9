import type { FreezesView, FreezeView } from '../freeze/freeze-view';
import type { AttentionItem } from './attention-items';

/** How long clusters have, in milliseconds, until a freeze that they don't show yet is trouble. */
const untilShown = 5 * 60_000;

/**
 * Freezes that don't do what they say: nobody carried their begin or end out, they stop nothing though they should, or
 * what they freeze can't be read; or that wait for a person to put a file right, or to have a request reopened. Those that work are no trouble: their scope, reason and end stand in the banner.
 * @param now ms since the epoch.
 */
export function frozenItems({ freezes, unread }: FreezesView, now: number): AttentionItem[] {
  const item = (
    key: string,
    subject: string,
    reason: string,
    cause: string,
    since: string | null,
  ): AttentionItem => ({
    key: `freeze ${key}`,
    subject,
    reason,
    cause,
    served: null,
    since,
    production: false,
    owed: false,
    place: { at: 'freezes' },
  });
  return [
    ...freezes.flatMap((one): AttentionItem[] => {
      const subject = `Freeze of ${one.what}`;
      if (one.needs !== null) return [item(one.operation, subject, 'Needs you', one.needs, null)];
      if (one.lateSince !== null)
        return [
          item(
            one.operation,
            subject,
            one.phase === 'ended' ? 'Not lifted' : 'Not begun',
            `It was due to ${one.phase === 'ended' ? 'end' : 'begin'}, and no console carried it out.`,
            one.lateSince,
          ),
        ];
      return isIdle(one, now)
        ? [item(one.operation, subject, 'Not in effect', one.effect.text, one.from)]
        : [];
    }),
    ...unread.map(({ path, message }) => item(path, 'A freeze', 'Unreadable', `${path}: ${message}`, null)),
  ];
}

/** Whether a freeze should stop automatic deploys by now, and is not seen to. */
const isIdle = ({ phase, effect, begun, from }: FreezeView, now: number): boolean =>
  phase === 'active' &&
  (effect.state === 'pending' || effect.state === 'unknown') &&
  now - Date.parse(begun ?? from) > untilShown;
