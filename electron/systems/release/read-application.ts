import { z } from 'zod';
import type { ReleaseFacts } from '../../../shared/domain/notes/release-note';
import { visibleText } from '../../../shared/domain/text/visible-text';
import { outcomeOfError, retryAfterMs } from '../deliveries/outcome';
import { type BadAnswer, boundedFetch } from '../http/bounded-fetch';

/**
 * What is believed of the answer (alphagov/release, `ApplicationSerializer`: `name`, `shortname`, `deploy_freeze`, `notes`,
 * `repository_url`, `repository_default_branch`, `continuously_deployed`). The app itself takes notes of at most 255
 * characters (`Application`, `validates :status_notes`); that it has none is `null` or empty.
 */
const answerSchema = z.object({
  shortname: z.string().max(300).nullish(),
  notes: z.string().max(5_000).nullish(),
  deploy_freeze: z.boolean().nullish(),
});

/** Longest note that is shown, in characters. */
const longest = 1_000;
/** The whole answer has some hundred bytes. */
const limits = { bytes: 64 * 1024, silence: 10_000, whole: 15_000 };

class BadRelease extends Error {
  override readonly name = 'BadRelease';
}
const refuse = (kind: BadAnswer): BadRelease =>
  new BadRelease(
    kind === 'slow'
      ? 'It did not answer in time.'
      : kind === 'too-large'
        ? 'Its answer is too large.'
        : 'It answered with a page instead of data.',
  );

/** What came of asking. @property afterMs how long it asks to wait; `null`: it does not say. */
export type ReleaseAnswer =
  | { state: 'known'; facts: ReleaseFacts }
  | { state: 'absent' }
  | { state: 'failed'; because: string; afterMs: number | null };

const failed = (because: string, afterMs: number | null = null): ReleaseAnswer => ({
  state: 'failed',
  because,
  afterMs,
});

/** The address of an app there, for people; with `.json` for programs (config/routes.rb: `resources :applications`). */
export const applicationPage = (url: string, id: string): string =>
  `${url.replace(/\/+$/, '')}/applications/${encodeURIComponent(id)}`;

/**
 * Asks the Release app for one app, once. Its texts may hold anything. Never rejects. What it says of a
 * failure is in our own words: nothing of an address, of a token or of an answer is repeated.
 * @param place.id the app's name there: its slug, by which friendly_id finds it.
 */
export async function readApplication(
  place: { url: string; token: string; id: string },
  fetchIt: typeof fetch,
  now: () => number,
): Promise<ReleaseAnswer> {
  const { url, token, id } = place;
  try {
    const answer = await boundedFetch(
      fetchIt,
      refuse,
      limits,
      'json-refused-in-words',
    )(`${applicationPage(url, id)}.json`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      // Signon sends whoever it does not know to its login page; the token goes nowhere else.
      redirect: 'error',
    });
    if (answer.status === 404) return { state: 'absent' };
    if (answer.status === 401 || answer.status === 403) return failed('It does not accept the token.');
    if (!answer.ok)
      return failed(`It answered ${answer.status}.`, retryAfterMs(answer.headers.get('retry-after'), now()));
    const parsed = answerSchema.safeParse(await answer.json());
    if (!parsed.success) return failed('Its answer is not one of the Release app.');
    const { shortname, notes, deploy_freeze: freeze } = parsed.data;
    // friendly_id finds by number, too: an app called `42` would be told another one's note.
    if (shortname && shortname !== id) return failed('It answered for another app.');
    const line = visibleText(notes ?? '')
      .replace(/\s+/gu, ' ')
      .trim();
    const letters = [...line];
    return {
      state: 'known',
      facts: {
        notes: letters.length > longest ? `${letters.slice(0, longest).join('')}…` : line,
        automaticOff: freeze === true,
      },
    };
  } catch (error) {
    if (error instanceof BadRelease) return failed(error.message);
    if (error instanceof SyntaxError) return failed('Its answer is not one of the Release app.');
    const outcome = outcomeOfError(error);
    if (outcome.state === 'refused') return failed('It does not accept the token.');
    return failed(outcome.state === 'sent' ? '' : outcome.because);
  }
}
