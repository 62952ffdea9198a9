import {
  type Addressee,
  addresseesOf,
  type Destination,
  destinations,
} from '../../../shared/domain/announcement/addressees';
import type { Announcement } from '../../../shared/domain/announcement/announcement';
import { headline } from '../../../shared/domain/announcement/announcement-words';
import type {
  AnnouncementsView,
  DeliveryView,
  DestinationView,
  Readiness,
} from '../../../shared/domain/announcement/destination';
import { ruleTexts } from '../../../shared/domain/announcement/rule-words';
import { slackText } from '../../../shared/domain/announcement/slack-text';
import type { AnnounceConfig } from '../../../shared/domain/estate/announce';
import type { Estate } from '../../../shared/domain/estate/estate';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { Announce } from '../../announcements/announce';
import { createAnnouncer } from '../../announcements/announcer';
import { type Delivery, type JournalTables, openQueue } from '../../announcements/queue';
import { rememberSecret } from '../../log/known-secrets';
import type { Log } from '../../log/log';
import { addressOf, checkSecret, isWebhookAddress, originOf } from './announcement-places';
import type { AnnouncementStore } from './announcement-store';
import { sendDelivery } from './send-delivery';
import { testDestination } from './test-destination';

/** Whom this console tells what happened, as the estate file and the person have it. */
export interface Announcements {
  readonly announce: Announce;
  view(): AnnouncementsView;
  /** The same as of the last change: for whoever asks every second. */
  known(): AnnouncementsView;
  /** Who would be told of it, and what Slack would show. */
  preview(announcement: Announcement): { addressees: readonly Addressee[]; slack: string };
  /** @param host what the window showed: it is what is allowed. @throws FailureError `conflict`: it is another by now. */
  switch(destination: Destination, on: boolean, host: string): void;
  /** @throws FailureError `invalid-input`. */
  setSecret(destination: Destination, secret: string | null): void;
  test(destination: Destination): Promise<{ ok: boolean; text: string }>;
  again(ids: readonly number[]): void;
  drop(ids: readonly number[]): void;
  /** Where and with which token the Release app may be read now; `null`: it may not. It stays in the main process. */
  releasePlace(): { url: string; token: string } | null;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** How many that arrived are shown. */
const mostLately = 20;

const conflict = (message: string): FailureError =>
  new FailureError({
    code: 'conflict',
    message,
    meaning: 'Nothing was changed or sent.',
    next: [{ do: 'advice', label: 'Check what Settings show now.' }],
  });

export function createAnnouncements(options: {
  estate: Pick<Estate, 'name' | 'announce'>;
  tables: JournalTables;
  store: AnnouncementStore;
  /** What an app's Applications name as its channels, in these environments. */
  appChannels: (app: string, environments: readonly string[]) => readonly string[];
  fetch: typeof fetch;
  now: () => number;
  log: Log;
}): Announcements {
  const { store, now, log } = options;
  const config: AnnounceConfig = options.estate.announce ?? {};
  const listeners = new Set<() => void>();
  let known: AnnouncementsView | null = null;
  const tell = (): void => {
    known = null;
    for (const listener of [...listeners]) listener();
  };

  /** The origin by which a destination is named, and what was entered for it. */
  const placeOf = (destination: Destination) => {
    const address = addressOf(config, destination);
    if (address === null) return null;
    const named = originOf(address);
    const kept = store.secret(destination, named);
    const isWebhook = destination === 'slack' && kept !== null && isWebhookAddress(kept.secret);
    rememberSecret(kept?.secret);
    if (isWebhook) rememberSecret(kept.secret.slice(kept.secret.lastIndexOf('/') + 1));
    // The address of an incoming webhook was entered by the person, and is where messages go.
    return { named, kept, host: isWebhook ? originOf(kept.secret) : named, isWebhook };
  };

  function stateOf(destination: Destination): Readiness {
    const place = placeOf(destination);
    const switched = store.switched(destination);
    if (!place || !switched?.on) return 'off';
    if (place.kept === null) return 'needs-secret';
    return switched.host === place.host ? 'ready' : 'needs-permission';
  }

  const addressees = (announcement: Announcement): Addressee[] => {
    const slack = placeOf('slack')?.isWebhook ? 'webhook' : 'bot';
    const channels = announcement.apps.flatMap((app) => options.appChannels(app, announcement.environments));
    return addresseesOf(announcement, config, slack, channels).filter(({ destination }) => {
      const since = store.switched(destination)?.since;
      // Operations are thought of again at every start: those of before are nobody's news.
      return stateOf(destination) !== 'off' && since !== undefined && announcement.at >= since;
    });
  };

  const announcer = createAnnouncer({
    queue: openQueue(options.tables, now()),
    addressees,
    isReady: (destination) => stateOf(destination) === 'ready',
    send: async (delivery) => {
      const { destination } = delivery;
      const secret = placeOf(destination)?.kept?.secret;
      if (secret === undefined) return { state: 'later', afterMs: null, because: 'Its secret is missing.' };
      return sendDelivery(delivery, {
        config,
        secret,
        estate: options.estate.name,
        fetch: options.fetch,
        now,
      });
    },
    now,
    log,
    onChange: tell,
  });
  announcer.look();

  const shown = (delivery: Delivery): DeliveryView => {
    const { id, destination, target, announcement, state, because, attempts, due } = delivery;
    return {
      id,
      destination,
      target,
      text: headline(announcement),
      at: announcement.at,
      state: state === 'refused' || state === 'unknown' || state === 'sent' ? state : 'waiting',
      because,
      attempts,
      next: state === 'waiting' && attempts > 0 ? new Date(due).toISOString() : null,
    };
  };

  const described = (destination: Destination): DestinationView[] => {
    const place = placeOf(destination);
    if (!place) return [];
    const kind = place.isWebhook ? 'webhook' : 'bot';
    return [
      {
        destination,
        state: stateOf(destination),
        host: place.host,
        secret: place.kept?.state ?? 'missing',
        slack: destination === 'slack' && place.kept !== null ? kind : null,
        rules: ruleTexts(config, destination),
      },
    ];
  };

  const view = (): AnnouncementsView => ({
    destinations: destinations.flatMap(described),
    open: announcer.open().map(shown),
    lately: announcer.lately(mostLately).map(shown),
    lost: announcer.lost,
    unavailableBecause: store.unavailableBecause(),
  });

  return {
    announce: announcer.announce,
    view,
    known: () => {
      known ??= view();
      return known;
    },
    preview: (announcement) => ({ addressees: addressees(announcement), slack: slackText(announcement) }),
    switch(destination, on, host) {
      const place = placeOf(destination);
      if (!place || (on && place.host !== host)) throw conflict('The address changed after you opened this.');
      const before = store.switched(destination);
      const since = on && before?.on ? before.since : new Date(now()).toISOString();
      store.setSwitched(destination, { on, host, since });
      tell();
      announcer.look();
    },
    setSecret(destination, secret) {
      const place = placeOf(destination);
      if (!place) throw conflict('The estate file no longer names it.');
      if (secret !== null) checkSecret(destination, secret);
      store.setSecret(destination, place.named, secret);
      tell();
      announcer.look();
    },
    async test(destination) {
      const place = placeOf(destination);
      if (!place?.kept) return { ok: false, text: 'Enter it first.' };
      if (store.switched(destination)?.host !== place.host)
        return { ok: false, text: `Switch it on first: nothing was ever sent to ${place.host}.` };
      return testDestination(destination, {
        config,
        secret: place.kept.secret,
        fetch: options.fetch,
        now,
        estate: options.estate.name,
      });
    },
    again: (ids) => {
      for (const id of ids) announcer.again(id);
    },
    drop: (ids) => {
      for (const id of ids) announcer.drop(id);
    },
    releasePlace() {
      const secret = placeOf('release')?.kept?.secret;
      if (!config.release || secret === undefined || stateOf('release') !== 'ready') return null;
      return { url: config.release.url, token: secret };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => announcer.close(),
  };
}
