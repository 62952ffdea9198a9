import {
  type AnnouncementsView,
  type DestinationView,
  destinationNames,
  needsLook,
} from '../announcement/destination';
import { count } from '../text/count';
import type { AttentionItem } from './attention-items';

const waitsFor: Partial<Record<DestinationView['state'], string>> = {
  'needs-permission':
    'Its address in the estate file changed. Nothing is sent before you allow the new one in Settings.',
  'needs-secret': 'Its token or secret is missing. Nothing is sent before you enter it in Settings.',
};

/** What could not be told to people, in one item for each whom it is for. */
export function undeliveredItems({ destinations, open }: AnnouncementsView): AttentionItem[] {
  return destinations.flatMap(({ destination, state }): AttentionItem[] => {
    const blocked = waitsFor[state];
    const own = open.filter((one) => one.destination === destination && (blocked || needsLook(one)));
    const [first] = own;
    if (!first && !blocked) return [];
    const causes = [...new Set(own.flatMap(({ because }) => because ?? []))];
    const number = own.length > 0 ? `${count(own.length, 'announcement')} not delivered.` : '';
    return [
      {
        key: `announcements ${destination}`,
        subject: destinationNames[destination],
        reason: blocked ? 'Needs you in Settings' : 'Not delivered',
        cause: [number, blocked ?? causes.slice(0, 2).join(' ')].filter((text) => text !== '').join(' '),
        served: null,
        since: first?.at ?? null,
        production: false,
        owed: false,
        place: { at: 'announcements' },
      },
    ];
  });
}
