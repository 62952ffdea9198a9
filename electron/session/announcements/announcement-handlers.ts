import type { announcementProcedures } from '../../../shared/contract/announcements';
import type { Announcement } from '../../../shared/domain/announcement/announcement';
import { mailtoUrl } from '../../../shared/domain/announcement/mail-draft';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { HandlersOf } from '../../ipc/dispatcher';
import type { Session } from '../open-session';

const addresseeNames = { slack: 'Slack', release: 'the Release app', webhook: 'the webhook' } as const;

/** What somebody wrote by hand, as an announcement. */
const byHand = (
  {
    text,
    details,
    environments,
    apps,
  }: { text: string; details: string; environments: string[]; apps: string[] },
  id: string,
  who: string,
  at: Date,
): Announcement => ({
  id: `manual ${id}`,
  thread: `manual ${id}`,
  event: 'manual',
  at: at.toISOString(),
  who,
  what: text,
  pipeline: null,
  environments,
  apps,
  version: null,
  why: null,
  details: details
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 20),
  until: null,
  link: null,
  callEveryone: false,
});

/** @param openMail opens an address of `mailto:` in the person's mail program. @returns whether it was opened. */
export function announcementHandlers(
  session: Pick<Session, 'announcements' | 'estate'>,
  actor: () => string,
  openMail: (url: string) => boolean,
): HandlersOf<typeof announcementProcedures> {
  const { announcements, estate } = session;
  return {
    'announcements.get': () => announcements.view(),
    'announcements.switch': ({ destination, on, host }) => {
      announcements.switch(destination, on, host);
      return announcements.view();
    },
    'announcements.set-secret': ({ destination, secret }) => {
      announcements.setSecret(destination, secret);
      return announcements.view();
    },
    'announcements.test': ({ destination }) => announcements.test(destination),
    'announcements.send-again': ({ ids }) => {
      announcements.again(ids);
      return announcements.view();
    },
    'announcements.drop': ({ ids }) => {
      announcements.drop(ids);
      return announcements.view();
    },
    'announcements.preview': (written) => {
      const { addressees, slack } = announcements.preview(byHand(written, 'preview', actor(), new Date()));
      const to = addressees.map(({ destination, target }) => target || addresseeNames[destination]);
      // What keeps names from being called is seen by nobody (slack-text.ts).
      return { to, slack: slack.replaceAll('\u2060', '') };
    },
    'announcements.write': ({ requestId, ...written }) => {
      const announcement = byHand(written, requestId, actor(), new Date());
      if (announcements.preview(announcement).addressees.length === 0)
        throw new FailureError({
          code: 'not-configured',
          message: 'No recipients.',
          meaning: 'Nothing was sent.',
          next: [{ do: 'open-settings', label: 'Check Settings → Announcements' }],
        });
      announcements.announce(announcement);
      return { text: 'Announced.' };
    },
    'announcements.draft-mail': ({ subject, body }) => {
      if (!openMail(mailtoUrl({ to: estate.announce?.email?.to ?? [], subject, body })))
        throw new FailureError({
          code: 'refused',
          message: 'No mail program could be opened.',
          meaning: 'Nothing was sent.',
          next: [{ do: 'advice', label: 'Copy the text into your mail program.' }],
        });
      return {};
    },
  };
}
