import { type AnnouncementStore, passingAnnouncements } from '../session/announcements/announcement-store';
import { receiverSecrets } from '../systems/practice/receivers';

/**
 * What is kept of whom the practice estate tells: its secrets are there, so that only switching it on is left to the person.
 * Nothing of it outlives the session.
 */
export const practiceAnnouncements = (): AnnouncementStore =>
  passingAnnouncements({
    slack: receiverSecrets.slackToken,
    release: receiverSecrets.release,
    webhook: receiverSecrets.webhook,
  });
