import {
  type Logger,
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api';
import {
  type DeliveryOutcome,
  type DeliveryReceipt,
  deliveryTimeout,
  outcomeOfError,
  outcomeOfStatus,
  toldToWait,
} from '../deliveries/outcome';

/** The library logs bodies and headers. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/**
 * A client that tries each call once: when to try again is for the queue to say, which outlives this process.
 * @param apiUrl ends in `/`, as `https://slack.com/api/`.
 */
function clientOf(apiUrl: string, token: string, fetchIt: typeof fetch): WebClient {
  return new WebClient(token, {
    slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
    allowAbsoluteUrls: false,
    fetch: (url, init) => fetchIt(url, init as RequestInit),
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: deliveryTimeout,
  });
}

/**
 * Errors of the Web API that may come after the message was posted: "It's possible some aspect of the operation succeeded
 * before the error was raised" (docs.slack.dev, chat.postMessage, "Errors").
 */
const mayHaveBeenDone = new Set(['fatal_error', 'internal_error', 'request_timeout']);
const passing = new Set(['service_unavailable', 'ratelimited', 'rate_limited', 'team_added_to_org']);
/** Errors of chat.update after which the message has to be said anew: somebody deleted it, or it can't be changed any more. */
const unchangeable = new Set(['message_not_found', 'edit_window_closed', 'cant_update_message']);

/** docs.slack.dev, "Installing with OAuth": scopes belong to the app, and a token has those of when it was installed. */
const slackGranter =
  'Whoever manages the Slack app adds it (OAuth & Permissions) and installs the app again, which makes a new token.';

/** What Slack's errors mean to whoever set it up. */
const meanings: Readonly<Record<string, string>> = {
  channel_not_found: 'There is no such channel, or the app is not in it.',
  not_in_channel: 'The app is not in the channel: whoever is in it can invite the app.',
  is_archived: 'The channel is archived.',
  invalid_auth: 'The token is not accepted.',
  not_authed: 'The token is not accepted.',
  account_inactive: 'The token belongs to an account that was removed.',
  token_revoked: 'The token was revoked.',
  token_expired: 'The token has expired.',
  missing_scope: `The token lacks the scope “chat:write”. ${slackGranter}`,
};

/** The error's name; `null`: it is none of Slack's. */
const errorName = ({ data: { error } }: WebAPIPlatformError): string | null =>
  typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : null;

function outcomeOf(error: unknown): DeliveryOutcome {
  if (error instanceof WebAPIRateLimitedError) return toldToWait(error.retryAfter, 'Slack asks to wait.');
  // As the library says it where the header is missing.
  if (error instanceof Error && error.message.startsWith('Retry header'))
    return toldToWait(null, 'Slack asks to wait.');
  if (error instanceof WebAPIHTTPError) return outcomeOfStatus(error.statusCode, null);
  if (!(error instanceof WebAPIPlatformError)) return outcomeOfError(error);
  const name = errorName(error);
  // Somebody on the way answered, such as a login page: whether it was handed on, nobody knows.
  if (name === null) return { state: 'unknown', because: 'What answered does not look like Slack.' };
  if (passing.has(name)) return { state: 'later', afterMs: null, because: `Slack answered “${name}”.` };
  if (mayHaveBeenDone.has(name)) return { state: 'unknown', because: `Slack answered “${name}”.` };
  return { state: 'refused', because: `${meanings[name] ?? 'Slack refused it.'} (${name})` };
}

/** Nothing in a text is taken for a name or a link that its writer did not mean. */
const literal = {
  mrkdwn: true,
  parse: 'none',
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
} as const;

/**
 * Says something in a channel, or changes what was said there. Changing is the same however often it is done.
 * @param text in Slack's markup (shared/domain/announcement/slack-text.ts).
 * @param before what is to be changed; `null`: a new message.
 */
export async function tellSlackChannel(
  message: { channel: string; text: string; before: DeliveryReceipt | null },
  place: { apiUrl: string; token: string },
  fetchIt: typeof fetch,
): Promise<DeliveryOutcome> {
  const { channel, text, before } = message;
  const client = clientOf(place.apiUrl, place.token, fetchIt);
  if (before) {
    try {
      await client.chat.update({
        channel: before.channel,
        ts: before.message,
        text,
        parse: 'none',
        link_names: false,
      });
      return { state: 'sent', receipt: before };
    } catch (error) {
      if (!(error instanceof WebAPIPlatformError) || !unchangeable.has(errorName(error) ?? ''))
        return outcomeOf(error);
    }
  }
  try {
    const said = await client.chat.postMessage({ channel, text, ...literal });
    const receipt = said.channel && said.ts ? { channel: said.channel, message: said.ts } : null;
    return { state: 'sent', receipt };
  } catch (error) {
    return outcomeOf(error);
  }
}

/**
 * Whose a token is, in a sentence, by `auth.test`: it needs no scope and says nothing in any channel. Which scopes the token
 * has stands in the header `x-oauth-scopes` of each answer (docs.slack.dev, "Permission scopes"); without it nothing is
 * said of them.
 */
export async function slackAccountText(
  place: { apiUrl: string; token: string },
  fetchIt: typeof fetch,
): Promise<{ ok: boolean; text: string }> {
  try {
    const { team, user, response_metadata } = await clientOf(place.apiUrl, place.token, fetchIt).auth.test();
    const text = `Connected to ${team ?? 'Slack'} as ${user ?? 'a bot'}.`;
    const scopes = response_metadata?.scopes;
    return scopes === undefined || scopes.includes('chat:write')
      ? { ok: true, text }
      : { ok: false, text: `${text} ${meanings.missing_scope}` };
  } catch (error) {
    const outcome = outcomeOf(error);
    return { ok: false, text: outcome.state === 'sent' ? '' : outcome.because };
  }
}
