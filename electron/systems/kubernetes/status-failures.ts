import { type ClusterAddress, failure, KubeError, staleMeaning, type Text } from './failures';

/**
 * What an API server says while it starts or ends: `storage is (re)initializing` (429; apiserver 0.34,
 * `pkg/storage/cacher/ready.go`), `apiserver is shutting down` (503; `pkg/server/filters/waitgroup.go`), `the request has
 * been made before all known HTTP paths have been installed` (503; `pkg/util/notfoundhandler`), `apiserver not ready`
 * (503; k3s), `not yet ready to handle request` (403; `pkg/admission/plugin/namespace/lifecycle`), failing start hooks by
 * name (500; `pkg/server/healthz`).
 */
const starting =
  /\bstarting\b|initiali[sz]ing|not (?:yet )?ready\b|isn't correctly initialized|before all known HTTP paths|poststarthook\//i;
const ending = /\bshutting down\b/i;

/** An API server that says that it starts or ends. Others of these codes are what they are. */
function describeRestart(status: number, context: string, said: string): Text | null {
  // What is forbidden names people and objects, which may be called anything.
  const isTold =
    status === 403 ? said.endsWith('not yet ready to handle request') : [429, 500, 503].includes(status);
  if (!isTold) return null;
  const does = ending.test(said) ? 'shutting down' : starting.test(said) ? 'starting' : null;
  if (does === null) return null;
  return {
    code: 'unreachable',
    message: `The API server of the cluster ${context} is ${does}.`,
    meaning: staleMeaning,
    advice: 'Signalbox asks again by itself. If it lasts, tell whoever runs the cluster.',
  };
}

const describeStatus = (status: number, context: string, said: string): Text => {
  const restart = describeRestart(status, context, said);
  if (restart) return restart;
  switch (status) {
    case 401:
      return {
        code: 'unauthorised',
        message: `The cluster ${context} does not accept your credentials.`,
        meaning: staleMeaning,
        advice: 'They may have expired: log in again (or fetch the kubeconfig anew), then try again.',
      };
    case 403:
      return {
        code: 'forbidden',
        message: `You may not do this in the cluster ${context}.`,
        meaning: said || 'Your account has no permission for it there.',
        advice: 'Ask whoever runs the cluster for the permission that is named above.',
      };
    case 404:
      return {
        code: 'not-found',
        message: `The cluster ${context} has no such thing.`,
        meaning: said || 'It was deleted, or this cluster does not serve that kind.',
        advice: 'Check the namespace in the estate file, and whether Argo is installed there.',
      };
    case 409:
      return {
        code: 'conflict',
        message: `Somebody changed it in the cluster ${context} at the same moment.`,
        meaning: said || 'Nothing was written.',
        advice: 'Look at what it says now, then decide again.',
      };
    case 410:
      return {
        code: 'conflict',
        message: `The cluster ${context} no longer remembers that far back.`,
        meaning: 'A full list has to be read again.',
        advice: 'Signalbox does that by itself.',
      };
    case 413:
      return {
        code: 'too-large',
        message: `What was sent is too large for the cluster ${context}.`,
        meaning: 'Nothing was written.',
        advice: 'Report this to whoever looks after Signalbox.',
      };
    case 429:
      return {
        code: 'rate-limited',
        message: `The cluster ${context} asks to slow down.`,
        meaning: staleMeaning,
        advice: 'Signalbox waits as long as it was told to, then goes on.',
      };
  }
  if (status >= 300 && status < 400)
    return {
      code: 'bad-data',
      message: `What answers for the cluster ${context} sends you elsewhere (${status}).`,
      meaning:
        'An API server does not do that, so nothing was followed and your credentials went no further.',
      advice:
        'A login page or a proxy answers in its place: log in there, or check the address in the kubeconfig.',
    };
  if (status >= 500)
    return {
      code: 'unreachable',
      message: `The cluster ${context} answers with an error (${status}).`,
      meaning: said || staleMeaning,
      advice: 'Its API server is in trouble: tell whoever runs the cluster if it lasts.',
    };
  return {
    code: 'refused',
    message: `The cluster ${context} refused the request (${status}).`,
    meaning: said || 'Nothing was written.',
    advice: 'Report this to whoever looks after Signalbox.',
  };
};

/**
 * The longest time that a server may ask us to wait, in milliseconds. Somebody waits for what it says; and timers take no
 * more than 2³¹ − 1 (Node, `setTimeout`): a longer one fires at once.
 */
const longestWait = 300_000;

/** Milliseconds that a `Retry-After` header asks for (seconds, or an HTTP date), five minutes at most; `null` without one. */
export function retryAfterOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const bounded = (milliseconds: number) => Math.min(longestWait, Math.max(0, milliseconds));
  const seconds = Number(header);
  if (!Number.isNaN(seconds)) return bounded(seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : bounded(date - now);
}

/** The failure of a refused request: `body` is a `Status` object, or whatever a proxy said. */
export function statusError(
  place: ClusterAddress,
  status: number,
  body: unknown,
  retryAfter: number | null = null,
): KubeError {
  const { message, reason } = (typeof body === 'object' && body !== null ? body : {}) as {
    message?: unknown;
    reason?: unknown;
  };
  const said = typeof message === 'string' ? message.slice(0, 500) : '';
  const text = describeStatus(status, place.context, said);
  return new KubeError(
    failure(text, {
      detail: `HTTP ${status}${said ? `: ${said}` : ''}`,
      status,
      reason: typeof reason === 'string' ? reason : null,
      retry: ![400, 405, 413, 415, 422].includes(status),
    }),
    { retryAfter },
  );
}
