import type { Addressee } from '../../../shared/domain/announcement/addressees';
import type { Announcement } from '../../../shared/domain/announcement/announcement';
import { announceSchema } from '../../../shared/domain/estate/announce';
import { sendDelivery } from '../../session/announcements/send-delivery';
import type { DeliveryOutcome } from '../../systems/deliveries/outcome';
import { receiverSecrets } from '../../systems/practice/receivers';
import type { Delivery } from '../queue';

/** Where the killed process dies: at which of its messages, and when in it. */
export interface KillOrder {
  file: string;
  url: string;
  message: number;
  point: 'begun' | 'arrived' | 'recorded';
}

export const kinds = ['started', 'ended'] as const;
export const slackAndWebhook: readonly Addressee[] = [
  { destination: 'slack', target: '#deploys' },
  { destination: 'webhook', target: '' },
];

/** An operation's start or end, as every process thinks of it: with the same id. */
export const operationOf = (kind: 'started' | 'ended', id = 'o1'): Announcement => ({
  id: `operation ${id} ${kind}`,
  thread: `operation ${id}`,
  event: kind === 'started' ? 'deploy-started' : 'deploy-done',
  at: new Date().toISOString(),
  who: 'Ada Marsh',
  what: 'router v12',
  pipeline: null,
  environments: ['production'],
  apps: ['router'],
  version: 'v12',
  why: null,
  details: [],
  until: null,
  link: null,
  callEveryone: false,
});

const secrets = {
  slack: receiverSecrets.slackToken,
  release: receiverSecrets.release,
  webhook: receiverSecrets.webhook,
};

/** Sends to practice receivers, as a console does. @param by what is to be another than usual. */
export const sendTo = (
  url: string,
  delivery: Delivery,
  by: { slackSecret?: string } = {},
): Promise<DeliveryOutcome> =>
  sendDelivery(delivery, {
    config: announceSchema.parse({
      slack: { apiUrl: `${url}/slack/api/`, channels: [{ channel: '#deploys' }] },
      release: { url: `${url}/release`, owner: 'example' },
      webhook: { url: `${url}/webhook` },
    }),
    secret:
      delivery.destination === 'slack' ? (by.slackSecret ?? secrets.slack) : secrets[delivery.destination],
    estate: 'Practice',
    fetch,
    now: Date.now,
  });
