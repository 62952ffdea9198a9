import { createHmac } from 'node:crypto';
import type { DeliveryOutcome } from '../deliveries/outcome';
import { postJson } from '../deliveries/post-json';

/** The bytes of a secret: `whsec_` and base64 as standardwebhooks.com has it, or the letters as they were typed. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');

/**
 * The headers that prove who sent a body, and when, as standardwebhooks.com specifies them: HMAC-SHA256 over id,
 * time and body. Receivers verify it by that project's libraries.
 * @param seconds since 1970.
 */
function webhookHeaders(
  id: string,
  seconds: number,
  body: string,
  secret: string,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Posts a signed body. @param message `id` stays the same however often it is sent: a receiver knows repetitions by it. */
export function sendSignedWebhook(
  message: { id: string; body: string },
  place: { url: string; secret: string },
  fetchIt: typeof fetch,
  now: () => number,
): Promise<DeliveryOutcome> {
  const headers = webhookHeaders(message.id, Math.floor(now() / 1000), message.body, place.secret);
  return postJson({ url: place.url, headers, body: message.body }, fetchIt, now);
}
