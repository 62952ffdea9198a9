import { describe, expect, it } from 'vitest';
import type { AnnouncementsView, DeliveryView } from '../announcement/destination';
import { undeliveredItems } from './undelivered-items';

const delivery: DeliveryView = {
  id: 1,
  destination: 'slack',
  target: '#deploys',
  text: 'Deployed router v12 to production',
  at: '2026-03-01T10:00:00.000Z',
  state: 'waiting',
  because: null,
  attempts: 0,
  next: null,
};
const view = (
  state: AnnouncementsView['destinations'][number]['state'],
  open: Partial<DeliveryView>[],
): AnnouncementsView => ({
  destinations: [
    { destination: 'slack', state, host: 'https://slack.com', secret: 'kept', slack: 'bot', rules: [] },
  ],
  open: open.map((one, id) => ({ ...delivery, id, ...one })),
  lately: [],
  lost: 0,
  unavailableBecause: null,
});
const said = (...given: Parameters<typeof view>): string[] =>
  undeliveredItems(view(...given)).map(({ subject, reason, cause }) => `${subject}: ${reason}. ${cause}`);

describe('what could not be told', () => {
  it.each<[string, Parameters<typeof view>, string[]]>([
    ['is nothing where nothing waits', ['ready', []], []],
    ['is not what is about to be sent', ['ready', [{}]], []],
    [
      'is one thing for each whom it is for, however many messages wait',
      [
        'ready',
        [
          { attempts: 1, because: 'It answered 503.' },
          { state: 'unknown', attempts: 1, because: 'No answer came in time.' },
        ],
      ],
      ['Slack: Not delivered. 2 announcements not delivered. It answered 503. No answer came in time.'],
    ],
    [
      'says what it waits for, whether anything waits or not',
      ['needs-secret', []],
      [
        'Slack: Needs you in Settings. Its token or secret is missing. Nothing is sent before you enter it in Settings.',
      ],
    ],
    [
      'counts what waits untried for a person',
      ['needs-permission', [{}]],
      [
        'Slack: Needs you in Settings. 1 announcement not delivered. Its address in the estate file changed. Nothing is sent before you allow the new one in Settings.',
      ],
    ],
  ])('%s', (_, given, expected) => {
    expect(said(...given)).toEqual(expected);
  });
});
