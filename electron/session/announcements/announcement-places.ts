import type { Destination } from '../../../shared/domain/announcement/addressees';
import type { AnnounceConfig } from '../../../shared/domain/estate/announce';
import { leadsToLoopback } from '../../../shared/domain/estate/loopback';
import { FailureError } from '../../../shared/domain/failure/failure';

/** The address by which an estate names one who can be told; `null`: it does not. */
export function addressOf(config: AnnounceConfig, destination: Destination): string | null {
  if (destination === 'slack') return config.slack?.apiUrl ?? null;
  return config[destination]?.url ?? null;
}

export const originOf = (url: string): string => new URL(url).origin;

/** Whether what was entered for Slack is the address of an incoming webhook, and not a token. */
export const isWebhookAddress = (secret: string): boolean => /^https?:/i.test(secret);

const invalid = (message: string, advice: string): FailureError =>
  new FailureError({
    code: 'invalid-input',
    message,
    meaning: 'Nothing was saved.',
    next: [{ do: 'advice', label: advice }],
  });

/** @throws FailureError where what was entered can't be such a secret: it never repeats what was entered. */
export function checkSecret(destination: Destination, secret: string): void {
  if (/[^\x21-\x7e]/.test(secret))
    throw invalid('It has spaces or unusual characters in it.', 'Copy it again.');
  if (destination === 'slack' && isWebhookAddress(secret)) {
    const isSafe =
      URL.canParse(secret) &&
      (secret.startsWith('https:') || leadsToLoopback(secret)) &&
      !new URL(secret).username;
    if (!isSafe)
      throw invalid('This is no https address of an incoming webhook.', 'Copy it from Slack again.');
  } else if (destination === 'slack' && !/^xox[a-z][.-]/.test(secret))
    throw invalid(
      'This is neither a bot’s token (xoxb-…) nor the address of an incoming webhook.',
      'Copy it from your Slack app’s page.',
    );
  if (destination === 'webhook') {
    const standard = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
    const long = standard === undefined ? secret.length : Buffer.from(standard, 'base64').length;
    if ((secret.startsWith('whsec_') && standard === undefined) || long < 24)
      throw invalid('The secret is too short, or not complete.', 'Use at least 24 characters or bytes.');
  }
}
