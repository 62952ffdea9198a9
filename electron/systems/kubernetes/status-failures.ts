import { administrators, type ClusterAddress, configOf, The, the, thing } from './address-words';
import { failure, KubeError, staleMeaning, type Text } from './failures';

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
function describeRestart(status: number, place: ClusterAddress, said: string): Text | null {
  // What is forbidden names people and objects, which may be called anything.
  const isTold =
    status === 403 ? said.endsWith('not yet ready to handle request') : [429, 500, 503].includes(status);
  if (!isTold) return null;
  const does = ending.test(said) ? 'shutting down' : starting.test(said) ? 'starting' : null;
  if (does === null) return null;
  return {
    code: 'unreachable',
    message: `${place.system === undefined ? `The API server of ${the(place)}` : The(place)} is ${does}.`,
    meaning: staleMeaning,
    advice: `Signalbox tries again automatically. If this continues, tell ${administrators(place)}.`,
  };
}

const describeStatus = (status: number, place: ClusterAddress, said: string): Text => {
  const restart = describeRestart(status, place, said);
  if (restart) return restart;
  switch (status) {
    case 401:
      return {
        code: 'unauthorised',
        message: `${The(place)} does not accept your credentials.`,
        meaning: staleMeaning,
        advice: 'They may have expired: log in again (or get the kubeconfig again), then try again.',
      };
    case 403:
      return {
        code: 'forbidden',
        message: `You don’t have permission to do this in ${the(place)}.`,
        meaning: said || 'Your account is missing a permission there.',
        advice: 'Ask the cluster’s administrators for the permission named above.',
      };
    case 404:
      return {
        code: 'not-found',
        message: `${The(place)} does not have this.`,
        meaning: said || 'It was deleted, or this cluster does not support its kind.',
        advice: 'Check the namespace in the estate file, and whether Argo is installed there.',
      };
    case 409:
      return {
        code: 'conflict',
        message: `Somebody changed it in ${the(place)} at the same moment.`,
        meaning: said || 'Nothing was written.',
        advice: 'Review it, then decide again.',
      };
    case 410:
      return {
        code: 'conflict',
        message: `${The(place)} no longer has changes from that time.`,
        meaning: 'Signalbox has to load the full list again.',
        advice: 'No action needed: Signalbox does this automatically.',
      };
    case 413:
      return {
        code: 'too-large',
        message: `The request was too large for ${the(place)}.`,
        meaning: 'Nothing was written.',
        advice: 'Report this to the people who maintain Signalbox.',
      };
    case 429:
      return {
        code: 'rate-limited',
        message: `${The(place)} is limiting requests.`,
        meaning: staleMeaning,
        advice: `Signalbox waits as long as the ${thing(place)} asked, then continues.`,
      };
  }
  if (status >= 300 && status < 400)
    return {
      code: 'bad-data',
      message: `The address of ${the(place)} redirects elsewhere (${status}).`,
      meaning:
        'An API server does not do that, so Signalbox did not follow it or send your credentials there.',
      advice: `A login page or proxy is answering instead: log in there, or check the address in ${configOf(place)}.`,
    };
  if (status >= 500)
    return {
      code: 'unreachable',
      message: `${The(place)} answers with an error (${status}).`,
      meaning: said || staleMeaning,
      advice: `${place.system === undefined ? 'Its API server' : 'It'} has a problem. If this continues, tell ${administrators(place)}.`,
    };
  return {
    code: 'refused',
    message: `${The(place)} refused the request (${status}).`,
    meaning: said || 'Nothing was written.',
    advice: 'Report this to the people who maintain Signalbox.',
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
  const text = describeStatus(status, place, said);
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
