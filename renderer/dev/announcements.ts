import type { AnnouncementsView } from '../../shared/domain/announcement/destination';

/** Slack is told and could not be reached once; the Release app waits for its secret. */
const view: AnnouncementsView = {
  destinations: [
    {
      destination: 'slack',
      state: 'ready',
      host: 'https://slack.com',
      secret: 'kept',
      slack: 'bot',
      rules: ['#harbour-deploys: everything', '#harbour-incidents: everything in production'],
    },
    {
      destination: 'release',
      state: 'needs-secret',
      host: 'https://release.example.org',
      secret: 'missing',
      slack: null,
      rules: ['Records each version that starts to run.'],
    },
  ],
  open: [
    {
      id: 7,
      destination: 'slack',
      target: '#harbour-deploys',
      text: 'Deployed ferry-timetable v88 to production',
      at: '2026-03-01T10:00:00.000Z',
      state: 'waiting',
      because: 'It answered 503.',
      attempts: 2,
      next: '2026-03-01T10:05:00.000Z',
    },
  ],
  lately: [],
  lost: 0,
  unavailableBecause: null,
};

export const devAnnouncements = {
  'announcements.get': () => view,
  'announcements.switch': () => view,
  'announcements.set-secret': () => view,
  'announcements.test': () => ({ ok: true, text: 'Connected to Harbour as signalbox.' }),
  'announcements.send-again': () => view,
  'announcements.drop': () => view,
  'announcements.preview': () => ({
    to: ['#harbour-deploys'],
    slack: '*Risky deploy at 14:00*\nBy Ada Marsh',
  }),
  'announcements.write': () => ({ text: 'Announced.' }),
  'announcements.draft-mail': () => ({}),
};
