import { releaseRecord } from '../../../shared/domain/announcement/addressees';
import { headline } from '../../../shared/domain/announcement/announcement-words';
import { slackText } from '../../../shared/domain/announcement/slack-text';
import { webhookBody } from '../../../shared/domain/announcement/webhook-body';
import type { AnnounceConfig } from '../../../shared/domain/estate/announce';
import type { Delivery } from '../../announcements/queue';
import type { DeliveryOutcome } from '../../systems/deliveries/outcome';
import { recordDeployment } from '../../systems/release/record-deployment';
import { tellSlackChannel } from '../../systems/slack/slack-bot';
import { tellSlackWebhook } from '../../systems/slack/slack-webhook';
import { sendSignedWebhook } from '../../systems/webhook/signed-webhook';
import { isWebhookAddress } from './announcement-places';

const gone = (because: string): DeliveryOutcome => ({ state: 'refused', because });

/** Sends one message once, in the words and by the rules of whom it goes to. */
export async function sendDelivery(
  {
    destination,
    target,
    announcement,
    before,
  }: Pick<Delivery, 'destination' | 'target' | 'announcement' | 'before'>,
  by: { config: AnnounceConfig; secret: string; estate: string; fetch: typeof fetch; now: () => number },
): Promise<DeliveryOutcome> {
  const { config, secret, now } = by;
  switch (destination) {
    case 'slack': {
      if (!config.slack) return gone('The estate file no longer names Slack.');
      const text = slackText(announcement);
      if (isWebhookAddress(secret)) return tellSlackWebhook(text, secret, by.fetch, now);
      if (target === '') return gone('It was for an incoming webhook, and a token has been entered since.');
      const place = { apiUrl: config.slack.apiUrl, token: secret };
      return tellSlackChannel({ channel: target, text, before }, place, by.fetch);
    }
    case 'release': {
      const record = config.release ? releaseRecord(announcement, config.release) : null;
      if (!config.release || !record)
        return gone('The estate file no longer names the Release app for this.');
      return recordDeployment(record, { url: config.release.url, token: secret }, by.fetch, now);
    }
    case 'webhook': {
      if (!config.webhook) return gone('The estate file no longer names the webhook.');
      const body = webhookBody(announcement, headline(announcement), by.estate);
      const place = { url: config.webhook.url, secret };
      return sendSignedWebhook(
        { id: announcement.id.replace(/[^A-Za-z0-9_.:-]/g, '_'), body },
        place,
        by.fetch,
        now,
      );
    }
  }
}
