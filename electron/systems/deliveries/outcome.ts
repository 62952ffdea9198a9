/**
 * What became of something that was sent to somebody. `later` and `refused` are certain: it did not arrive. Whatever may have
 * arrived is `unknown`. Texts hold nothing that the other side or an address says: addresses may be secrets.
 */
export type DeliveryOutcome =
  | { state: 'sent'; receipt: DeliveryReceipt | null }
  /** @property afterMs how long the other side asks to wait; `null`: it does not say. */
  | { state: 'later'; afterMs: number | null; because: string }
  | { state: 'refused'; because: string }
  | { state: 'unknown'; because: string };

/** What a message is found by when it is to be changed. */
export interface DeliveryReceipt {
  channel: string;
  message: string;
}

/** Milliseconds that one attempt may take. */
export const deliveryTimeout = 15_000;
/** However long somebody asks to wait, it is tried again within an hour. */
const longestWait = 60 * 60_000;
const bounded = (wait: number): number => Math.min(Math.max(wait, 0), longestWait);

/**
 * Errors of a connection that never came to be, of Node (`cause.code`) and of Chromium (net_error_list.h): nothing of the
 * request was sent. All others, timeouts and resets among them, may have come after it.
 */
const neverConnected =
  /\b(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENETDOWN|UND_ERR_CONNECT_TIMEOUT|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|CERT_\w+|UNABLE_TO_\w+|ERR_TLS_CERT_ALTNAME_INVALID|ERR_(?:CONNECTION_REFUSED|NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE|PROXY_CONNECTION_FAILED|TUNNEL_CONNECTION_FAILED|CERT_\w+))\b/;

function* causesOf(error: unknown): Generator<unknown> {
  for (let [one, depth]: [unknown, number] = [error, 0]; one !== undefined && depth < 6; depth += 1) {
    yield one;
    const { original, cause } = (one ?? {}) as { original?: unknown; cause?: unknown };
    one = original ?? cause;
  }
}

const textOf = (error: unknown): string => {
  const { code, message, name } = (error ?? {}) as Partial<Record<'code' | 'message' | 'name', unknown>>;
  return [code, name, message].filter((part) => typeof part === 'string').join(' ');
};

/** Somebody asks to wait, by a status or in words of their own. @param seconds as they say it; `null`: they don't. */
export const toldToWait = (seconds: number | null, because: string): DeliveryOutcome => ({
  state: 'later',
  afterMs: seconds === null ? null : bounded(seconds * 1000),
  because,
});

/** What an error of `fetch` says of the request. */
export function outcomeOfError(error: unknown): DeliveryOutcome {
  const texts = [...causesOf(error)].map(textOf);
  const code = texts.map((text) => neverConnected.exec(text)?.[0]).find((found) => found !== undefined);
  if (code !== undefined) return { state: 'later', afterMs: null, because: `It can’t be reached (${code}).` };
  if (texts.some((text) => /redirect/i.test(text)))
    return { state: 'refused', because: 'It sends elsewhere (a redirect), which is not followed.' };
  const late = texts.some((text) => /timeout|timed out|TimeoutError/i.test(text));
  return { state: 'unknown', because: late ? 'No answer came in time.' : 'The connection broke.' };
}

/** How long `Retry-After` asks to wait (RFC 9110, 10.2.3: seconds or a date), in milliseconds. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return bounded(Number(text) * 1000);
  const until = /^[A-Z][a-z]{2,8}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(until) ? null : bounded(until - now);
}

/**
 * What the status of an answer says. 429 and 503 were not processed (RFC 6585, 4; RFC 9110, 15.6.4); of the other server
 * errors a part may have been.
 */
export function outcomeOfStatus(status: number, retryAfter: number | null): DeliveryOutcome {
  if (status >= 200 && status < 300) return { state: 'sent', receipt: null };
  const said = `It answered ${status}.`;
  if (status === 429 || status === 503 || status === 425)
    return { state: 'later', afterMs: retryAfter, because: said };
  if (status >= 500 || status === 408) return { state: 'unknown', because: said };
  if (status === 401 || status === 403)
    return { state: 'refused', because: `${said} The token or secret is not accepted.` };
  return { state: 'refused', because: said };
}
