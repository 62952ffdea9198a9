import { IncomingWebhook, IncomingWebhookHTTPError } from '@slack/webhook';
import {
  type DeliveryOutcome,
  deliveryTimeout,
  outcomeOfError,
  outcomeOfStatus,
  retryAfterMs,
} from '../deliveries/outcome';

/**
 * Says something in the channel of an incoming webhook, whose address is a secret. It can't be changed afterwards
 * (docs.slack.dev, "Sending messages using incoming webhooks").
 * @param text in Slack's markup (shared/domain/announcement/slack-text.ts).
 */
export async function tellSlackWebhook(
  text: string,
  url: string,
  fetchIt: typeof fetch,
  now: () => number,
): Promise<DeliveryOutcome> {
  let retryAfter: number | null = null;
  const webhook = new IncomingWebhook(url, {
    timeout: deliveryTimeout,
    fetch: async (to, init) => {
      const answer = await fetchIt(to, init as RequestInit);
      // The library's error does not hold the headers.
      retryAfter = retryAfterMs(answer.headers.get('retry-after'), now());
      return answer;
    },
  });
  try {
    await webhook.send({ text, unfurl_links: false, unfurl_media: false });
    return { state: 'sent', receipt: null };
  } catch (error) {
    if (error instanceof IncomingWebhookHTTPError) return outcomeOfStatus(error.statusCode, retryAfter);
    return outcomeOfError(error);
  }
}
