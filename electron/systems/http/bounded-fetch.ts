/** Milliseconds and bytes that one answer may take. */
export interface AnswerLimits {
  /** Until the head must have come, and the longest silence after it. */
  silence: number;
  /** Until the whole must be there, whatever trickles in. */
  whole: number;
  /** Unpacked. The largest answers here, GitHub's comparisons with 300 patches, are of a few megabytes. */
  bytes: number;
}

/** What an answer is that nothing may be believed of. */
export type BadAnswer =
  /** Nothing came for too long, or it was not whole in time. */
  | 'slow'
  /** It grew beyond what is held in memory. */
  | 'too-large'
  /** A page or other text in the place of JSON: a proxy, a login page, a wrong address. */
  | 'page';

/** The error that a system throws for such an answer. `detail` is technical and holds no secret. */
type Refuse = (kind: BadAnswer, detail: string) => Error;

const usual: AnswerLimits = { silence: 15_000, whole: 60_000, bytes: 16 * 1024 * 1024 };

/**
 * What an answer may be. `plain-text`: a log, of which the end is kept where it is longer than `bytes`. `json-refused-in-words`:
 * as `json`, from an API whose refusals are in plain words.
 */
type Accepted = 'json' | 'plain-text' | 'json-refused-in-words';

/** Header that says of a plain text that only its end is here. */
export const cutHeader = 'x-signalbox-cut';
/** Bytes of a plain text that are let pass by before its end, at most. */
const longestText = 256 * 1024 * 1024;

/** Answers without a body (fetch standard, "null body status"). */
const bodiless = new Set([204, 205, 304]);

/**
 * `fetch` for an API that answers in JSON, with an end to everything: Octokit (`@octokit/request` 10.0, `fetch-wrapper`)
 * sets no deadline, reads a body of any length, and takes a page of HTML with status 200 for the answer's data. The body
 * is counted as it is unpacked, so a small one that unpacks without end is ended as well.
 * @param accepted what is believed of an answer that is no refusal.
 * @returns an answer whose body is in memory. Rejects with what `refuse` makes of a bad answer.
 */
export function boundedFetch(
  inner: typeof fetch,
  refuse: Refuse,
  limits: Partial<AnswerLimits> = {},
  accepted: Accepted = 'json',
): typeof fetch {
  const { silence, whole, bytes } = { ...usual, ...limits };
  return async (input, init = {}) => {
    const quit = new AbortController();
    const late = (milliseconds: number, what: string) => () =>
      quit.abort(refuse('slow', `${what} within ${milliseconds / 1000} s`));
    const deadline = setTimeout(late(whole, 'no whole answer'), whole);
    let quiet = setTimeout(late(silence, 'no answer'), silence);
    try {
      const signal = init.signal ? AbortSignal.any([init.signal, quit.signal]) : quit.signal;
      const answer = await inner(input, { ...init, signal });
      const isText = accepted === 'plain-text' && answer.ok;
      const { body, cut } = await read(answer, { bytes, isText }, refuse, signal, () => {
        clearTimeout(quiet);
        quiet = setTimeout(late(silence, 'nothing more'), silence);
      });
      const { status } = answer;
      const headers = new Headers(answer.headers);
      headers.delete(cutHeader);
      if (cut) headers.set(cutHeader, 'true');
      const type = headers.get('content-type');
      const isInWords = isText || (accepted === 'json-refused-in-words' && !answer.ok);
      if (isInWords ? status < 500 && /html/i.test(type ?? '') : isPage(status, type, body))
        throw refuse('page', `HTTP ${status}, ${headers.get('content-type')?.slice(0, 60)}`);
      return new Response(bodiless.has(status) ? null : body, { status, headers });
    } finally {
      clearTimeout(deadline);
      clearTimeout(quiet);
    }
  };
}

async function read(
  answer: Response,
  { bytes: limit, isText }: { bytes: number; isText: boolean },
  refuse: Refuse,
  signal: AbortSignal,
  alive: () => void,
): Promise<{ body: Uint8Array<ArrayBuffer>; cut: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let dropped = 0;
  const reader = answer.body?.getReader();
  // It is called off: what the connection says to that is of no interest.
  const abort = () => void reader?.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      alive();
      size += part.value.length;
      const most = isText ? longestText : limit;
      if (size > most) throw refuse('too-large', `more than ${most} bytes`);
      chunks.push(part.value);
      while (size - dropped - (chunks[0]?.length ?? 0) > limit) dropped += chunks.shift()?.length ?? 0;
    }
    // A reader that was cancelled says that the body is at its end.
    signal.throwIfAborted();
    const whole = new Uint8Array(Buffer.concat(chunks));
    const cut = size > limit;
    return { body: cut ? whole.slice(-limit) : whole, cut };
  } catch (error) {
    abort();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Whether a text came in the place of JSON. The APIs that are asked answer refusals in JSON, too, but for errors of their
 * own front servers (5xx), which are told as what they are.
 */
function isPage(status: number, type: string | null, body: Uint8Array): boolean {
  return (
    status < 500 &&
    body.length > 0 &&
    type !== null &&
    !/^application\/(?:[\w.+-]{1,100}\+)?json\b/i.test(type)
  );
}
