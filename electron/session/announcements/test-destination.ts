import type { Destination } from '../../../shared/domain/announcement/addressees';
import type { AnnounceConfig } from '../../../shared/domain/estate/announce';
import { type DeliveryOutcome, deliveryTimeout, outcomeOfError } from '../../systems/deliveries/outcome';
import { slackAccountText } from '../../systems/slack/slack-bot';
import { tellSlackWebhook } from '../../systems/slack/slack-webhook';
import { sendSignedWebhook } from '../../systems/webhook/signed-webhook';
import { isWebhookAddress } from './announcement-places';

interface Answer {
  ok: boolean;
  text: string;
}

const testText = 'Signalbox was set up to post here. This is a test.';

const answerOf = (outcome: DeliveryOutcome, sent: string): Answer =>
  outcome.state === 'sent' ? { ok: true, text: sent } : { ok: false, text: outcome.because };

const releaseRefuses =
  'The Release app does not accept the token. An administrator of Signon makes a new one, for an API user of Release.';
const releaseForbids =
  'The Release app knows the token, but its user lacks a permission for Release. An administrator of Signon grants it.';

/** Whether the Release app takes the token, by reading: recording something would be seen by everybody. */
async function testRelease(url: string, token: string, fetchIt: typeof fetch): Promise<Answer> {
  try {
    const answer = await fetchIt(`${url.replace(/\/+$/, '')}/applications`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(deliveryTimeout),
    });
    // Nobody reads it, and an answer that breaks off says no more than its status did.
    await answer.body?.cancel().catch(() => undefined);
    // 406: it has the page as HTML alone, and took the token.
    if (answer.ok || answer.status === 406) return { ok: true, text: 'The Release app accepts the token.' };
    // gds-sso, lib/gds-sso/controller_methods.rb: it knows whose the token is, who lacks a permission.
    if (answer.status === 403) return { ok: false, text: releaseForbids };
    return {
      ok: false,
      text: answer.status === 401 ? releaseRefuses : `The Release app answered ${answer.status}.`,
    };
  } catch (error) {
    // Signon sends whoever it does not know to its login page.
    const outcome = outcomeOfError(error);
    return outcome.state === 'refused' ? { ok: false, text: releaseRefuses } : answerOf(outcome, '');
  }
}

/** Uses a secret once, and says what came of it. What can't be tried silently says that it is a test. */
export async function testDestination(
  destination: Destination,
  by: { config: AnnounceConfig; secret: string; estate: string; fetch: typeof fetch; now: () => number },
): Promise<Answer> {
  const { config, secret, now } = by;
  if (destination === 'slack' && config.slack) {
    if (!isWebhookAddress(secret))
      return slackAccountText({ apiUrl: config.slack.apiUrl, token: secret }, by.fetch);
    return answerOf(await tellSlackWebhook(testText, secret, by.fetch, now), 'Posted a test message.');
  }
  if (destination === 'release' && config.release) return testRelease(config.release.url, secret, by.fetch);
  if (destination === 'webhook' && config.webhook) {
    const at = new Date(now()).toISOString();
    const body = JSON.stringify({ type: 'test', timestamp: at, data: { estate: by.estate, text: testText } });
    const sent = sendSignedWebhook(
      { id: `test_${now()}`, body },
      { url: config.webhook.url, secret },
      by.fetch,
      now,
    );
    return answerOf(await sent, 'Sent a signed test event.');
  }
  return { ok: false, text: 'The estate file does not name it.' };
}
