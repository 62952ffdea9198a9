import type { Journal } from '../../engine/journal';
import type { Cluster } from '../../observation/types';
import type { SessionConfig } from '../session-config';
import { passingAnnouncements } from './announcement-store';
import { type Announcements, createAnnouncements } from './announcements';

/** What an estate has told to people: its queue lies in the journal's database. */
export const openAnnouncements = (
  config: Pick<SessionConfig, 'estate' | 'announcements' | 'fetch' | 'log'>,
  journal: Pick<Journal, 'beside'>,
  clusters: ReadonlyMap<string, Cluster>,
): Announcements =>
  createAnnouncements({
    estate: config.estate,
    tables: journal.beside,
    store: config.announcements ?? passingAnnouncements(),
    appChannels: (app, environments) =>
      environments.flatMap((environment) => clusters.get(environment)?.view.slackChannels(app) ?? []),
    fetch: config.fetch ?? fetch,
    now: Date.now,
    log: config.log,
  });
