import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Receivers, startReceivers } from '../../practice/receivers/receivers-server';
import { sendSignedWebhook } from './signed-webhook';

let receivers: Receivers;
beforeEach(async () => {
  receivers = await startReceivers();
});
afterEach(() => receivers.close());

/** What a receiver makes of it, by the library of standardwebhooks.com. */
function verified(
  receiver: Webhook,
  change: Partial<Receivers['received']['webhook'][number]> = {},
): unknown {
  const [got] = receivers.received.webhook;
  const { id, timestamp, signature, body } = {
    id: '',
    timestamp: '',
    signature: '',
    body: '',
    ...got,
    ...change,
  };
  return receiver.verify(body, {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  });
}

describe('a signed webhook', () => {
  it.each([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    [
      'letters as they were typed, ünlike',
      new Webhook(Buffer.from('letters as they were typed, ünlike'), { format: 'raw' }),
    ],
  ])(
    'signed with %j is taken by the standard’s library as it is, and in no other form',
    async (secret, receiver) => {
      const body = '{"type":"deploy-done","data":{"why":"ünlikely ☃"}}';
      const place = { url: `${receivers.url}/webhook`, secret };
      expect(
        await sendSignedWebhook({ id: 'operation_1_ended', body }, place, fetch, Date.now),
      ).toMatchObject({
        state: 'sent',
      });
      expect(verified(receiver)).toMatchObject({ type: 'deploy-done' });
      const later = String(Number(receivers.received.webhook[0]?.timestamp) + 1);
      for (const change of [{ body: `${body} ` }, { id: 'another' }, { timestamp: later }])
        expect(() => verified(receiver, change)).toThrow();
    },
  );
});
