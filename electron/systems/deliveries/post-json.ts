import {
  type DeliveryOutcome,
  deliveryTimeout,
  outcomeOfError,
  outcomeOfStatus,
  retryAfterMs,
} from './outcome';

/**
 * Posts JSON once and says what became of it. Redirects are not followed: what is sent is for this host alone. The answer's
 * body is not read.
 */
export async function postJson(
  options: { url: string; headers: Readonly<Record<string, string>>; body: string },
  fetchIt: typeof fetch,
  now: () => number,
): Promise<DeliveryOutcome> {
  try {
    const answer = await fetchIt(options.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...options.headers },
      body: options.body,
      redirect: 'error',
      signal: AbortSignal.timeout(deliveryTimeout),
    });
    // Nobody reads it, and an answer that breaks off says no more than its status did.
    await answer.body?.cancel().catch(() => undefined);
    return outcomeOfStatus(answer.status, retryAfterMs(answer.headers.get('retry-after'), now()));
  } catch (error) {
    return outcomeOfError(error);
  }
}
