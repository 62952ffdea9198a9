import type { ConsentRequest } from '../../../shared/domain/estate/consent';
import { FailureError, type NextStep } from '../../../shared/domain/failure/failure';
import { administrators, type ClusterAddress, configOf, The, the, thing } from './address-words';
import type { KubeFailure } from './kube-failure';

/** Throwable {@link KubeFailure}. `retryAfter`: milliseconds that the server asked to wait, `null` when it did not. */
export class KubeError extends FailureError {
  override readonly failure: KubeFailure;
  readonly retryAfter: number | null;
  constructor(failure: KubeFailure, options: { cause?: unknown; retryAfter?: number | null } = {}) {
    super(failure, { cause: options.cause });
    this.failure = failure;
    this.retryAfter = options.retryAfter ?? null;
  }
}

export type Text = Pick<KubeFailure, 'code' | 'message' | 'meaning'> & { advice: string };

export const staleMeaning = 'Signalbox shows what it last saw there. Nothing was changed.';
const retry: NextStep = { do: 'retry', label: 'Try again' };

/** A failure in words. `retry`: whether asking again may help; usually it may. */
export const failure = (
  text: Text,
  more: { detail?: string | undefined; status?: number; reason?: string | null; retry?: boolean } = {},
): KubeFailure => ({
  code: text.code,
  message: text.message,
  meaning: text.meaning,
  next: [...(more.retry === false ? [] : [retry]), { do: 'advice', label: text.advice }],
  ...(more.detail ? { detail: more.detail } : {}),
  status: more.status ?? null,
  reason: more.reason ?? null,
});

const hostOf = (server: string): string => {
  try {
    return new URL(server).host;
  } catch {
    // An address that is none is told as it is.
    return server;
  }
};

/** The name that a certificate was held against (`tls.checkServerIdentity`): the host's, or `tls-server-name`. */
const nameChecked = (error: unknown): unknown => (error as { host?: unknown } | null)?.host;

/** Error codes of sockets and TLS (Node's `error.code`, OpenSSL's verify results) in a release manager's words. */
function describeSystemCode(code: string, place: ClusterAddress, error: unknown): Text | undefined {
  const host = hostOf(place.server);
  switch (code) {
    case 'ECONNREFUSED':
      return {
        code: 'unreachable',
        message: `${The(place)} refuses connections at ${host}.`,
        meaning: staleMeaning,
        advice: `The server may be restarting, or the address in ${configOf(place)} is old: check it.`,
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        code: code === 'EAI_AGAIN' ? 'offline' : 'unreachable',
        message: `The name of ${the(place)} (${host}) cannot be resolved.`,
        meaning: staleMeaning,
        advice: `Check the network and the VPN; if they are fine, the address in ${configOf(place)} is wrong.`,
      };
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return {
        code: 'offline',
        message: `There is no network to ${the(place)}.`,
        meaning: staleMeaning,
        advice: 'Check the network and the VPN.',
      };
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
    case 'ETIMEDOUT':
      return {
        code: 'unreachable',
        message: `${The(place)} is unreachable at ${host}.`,
        meaning: staleMeaning,
        advice: `Check the VPN, and whether your address is allowed to reach the ${thing(place)}.`,
      };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return {
        code: 'unreachable',
        message: `The connection to ${the(place)} broke.`,
        meaning: 'The answer was incomplete. A change that was being sent may or may not have been made.',
        advice: 'Signalbox reconnects automatically; check the VPN if it keeps breaking.',
      };
    case 'CERT_HAS_EXPIRED':
      return {
        code: 'unreachable',
        message: `The certificate of ${the(place)} has expired.`,
        meaning: `Signalbox does not connect to a ${thing(place)} whose identity it can’t verify.`,
        advice: `Ask ${administrators(place)} to renew the certificate, and check this computer’s clock.`,
      };
    case 'CERT_NOT_YET_VALID':
      return {
        code: 'unreachable',
        message: `The certificate of ${the(place)} is not valid yet.`,
        meaning: `Signalbox does not connect to a ${thing(place)} whose identity it can’t verify.`,
        advice: 'Check this computer’s clock.',
      };
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
      return {
        code: 'unreachable',
        message: `The certificate of ${the(place)} was not issued by ${
          place.system === undefined
            ? 'the authority in the kubeconfig'
            : 'an authority that this computer trusts'
        }.`,
        meaning: `Either the ${thing(place)} was rebuilt, or something on the network path is pretending to be it.`,
        advice:
          place.system === undefined
            ? 'Get the kubeconfig again. If it is new, look for a proxy that intercepts TLS.'
            : 'If your organisation has an authority of its own, install it on this computer. Otherwise look for a proxy that intercepts TLS.',
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        code: 'unreachable',
        message: `The certificate of ${the(place)} is not for the name ${nameChecked(error) ?? host}.`,
        meaning: `Signalbox does not connect to a ${thing(place)} whose identity it can’t verify.`,
        advice:
          place.system === undefined
            ? 'Use the address in the certificate, or set tls-server-name in the kubeconfig.'
            : 'Use the address in the certificate: correct it in the estate file.',
      };
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return {
      code: /CERTIFICATE/.test(code) ? 'unauthorised' : 'unreachable',
      message: /CERTIFICATE/.test(code)
        ? `${The(place)} does not accept the client certificate of the kubeconfig.`
        : `The server at ${host} does not use TLS that Signalbox can read.`,
      meaning: staleMeaning,
      advice: /CERTIFICATE/.test(code)
        ? 'Get the kubeconfig again: the certificate may have expired.'
        : `Check the address and port in ${configOf(place)}, and any proxy.`,
    };
  return undefined;
}

/** The code of a network error, also where several addresses were tried (`AggregateError`). */
function codeOf(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  for (const inner of errors ?? []) {
    const found = codeOf(inner);
    if (found) return found;
  }
  return undefined;
}

const proxySetting = ({ system }: ClusterAddress): string =>
  system === undefined ? 'proxy-url in the kubeconfig, or HTTPS_PROXY' : 'HTTPS_PROXY';

/** A proxy on the way that does not let the connection through. */
export function proxyError(
  place: ClusterAddress,
  proxy: string,
  status: number | null,
  detail?: string,
): KubeError {
  const why =
    status === 407 ? 'requires a login' : status === null ? 'cannot be reached' : `refuses (${status})`;
  return new KubeError(
    failure(
      {
        code: 'unreachable',
        message: `The proxy ${proxy} to ${the(place)} ${why}.`,
        meaning: staleMeaning,
        advice:
          status === 407
            ? `Add your account to the proxy’s address (${proxySetting(place)}).`
            : `Check ${proxySetting(place)}, and whether the proxy can reach the ${thing(place)}.`,
      },
      { detail: detail ?? `CONNECT answered ${status}` },
    ),
  );
}

/** Codes that say that nobody was reached: over a proxy, the proxy. */
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ETIMEDOUT']);

/** The failure that an error of a socket, of TLS or of reading credentials stands for. */
export function networkError(error: unknown, place: ClusterAddress): KubeError {
  if (error instanceof KubeError) return error;
  const code = codeOf(error);
  if (place.proxy && code !== undefined && unreached.has(code))
    return proxyError(place, place.proxy, null, code);
  const text = code === undefined ? undefined : describeSystemCode(code, place, error);
  if (text) return new KubeError(failure(text, { detail: code }), { cause: error });
  return new KubeError(
    failure(
      {
        code: 'unreachable',
        message: `${The(place)} is unreachable.`,
        meaning: staleMeaning,
        advice: `Check the network and ${configOf(place)}.`,
      },
      { detail: (error instanceof Error ? error.message : String(error)).slice(0, 300) },
    ),
    { cause: error },
  );
}

/** Nothing came within the time that was allowed. */
export function timeoutError(place: ClusterAddress, milliseconds: number, method: string): KubeError {
  return new KubeError(
    failure({
      code: 'timeout',
      message: `${The(place)} did not answer within ${Math.round(milliseconds / 100) / 10} s.`,
      meaning:
        method === 'GET'
          ? staleMeaning
          : 'The change may or may not have been made: check before you try again.',
      advice: `Check the VPN; the ${thing(place)} may be overloaded.`,
    }),
  );
}

/** The credentials of the kubeconfig could not be got. `why`, and what a command said, must hold no secret. */
export function credentialError(
  place: ClusterAddress,
  why: string,
  cause?: unknown,
  said: { meaning: string | null; advice: string | null; terminal?: string | null } = {
    meaning: null,
    advice: null,
  },
): KubeError {
  const told = failure(
    {
      code: 'unauthorised',
      message: `The credentials for ${the(place)} could not be retrieved: ${why.slice(0, 500)}.`,
      meaning: [said.meaning, staleMeaning].filter((one) => one !== null).join(' '),
      advice: said.advice ?? 'Run your cloud’s login command in a terminal, then try again.',
    },
    { detail: why.slice(0, 500) },
  );
  const copy: NextStep[] = said.terminal
    ? [{ do: 'copy', label: 'Run this in a terminal. Don’t share what it prints:', text: said.terminal }]
    : [];
  return new KubeError({ ...told, next: [...told.next, ...copy] }, { cause });
}

/** Nothing was asked of the cluster, since the person has not permitted what its kubeconfig demands. */
export function consentError(place: ClusterAddress, { command, files, from }: ConsentRequest): KubeError {
  const what = command === null ? `reads ${files.map(({ path }) => path).join(', ')}` : `runs “${command}”`;
  const isOfEstate = from === 'estate-file';
  return new KubeError({
    code: 'consent-needed',
    message: `${The(place)} is waiting for your permission: ${isOfEstate ? 'to log in, the estate file' : 'its kubeconfig'} ${what.slice(0, 2000)}.`,
    meaning: isOfEstate
      ? 'The estate file decides how it is run, so nothing runs until you allow it.'
      : 'This kubeconfig is set in the estate file, so nothing in it runs or is sent until you allow it.',
    next: [{ do: 'open-settings', label: 'Review what it runs' }],
    status: null,
    reason: null,
  });
}

/** What came is not what an API server says. @param method of what was asked: a change may have been made all the same. */
export function badDataError(
  place: ClusterAddress,
  what: string,
  cause?: unknown,
  method = 'GET',
): KubeError {
  return new KubeError(
    failure(
      {
        code: 'bad-data',
        message: `${The(place)} sent an answer that Signalbox can’t read.`,
        meaning:
          method === 'GET'
            ? 'The answer was ignored; earlier data stays.'
            : 'The answer was ignored. The change may or may not have been made: check before you try again.',
        advice: `Something on the network path (a proxy, a login page) may be answering instead of the ${thing(place)}.`,
      },
      { detail: what.slice(0, 300) },
    ),
    { cause },
  );
}

/** An answer that grows beyond what the console holds. */
export function tooLargeError(place: ClusterAddress, bytes: number): KubeError {
  return new KubeError(
    failure(
      {
        code: 'too-large',
        message: `${The(place)} sent more than ${Math.round(bytes / 1024 / 1024)} MB in one answer.`,
        meaning: 'The answer was ignored.',
        advice: 'Reduce the namespaces that the estate file watches.',
      },
      { retry: false },
    ),
  );
}

/** A list that is larger than the console holds, or never comes to its end. */
export function tooManyError(place: ClusterAddress, detail: string): KubeError {
  return new KubeError(
    failure(
      {
        code: 'too-large',
        message: `${The(place)} has more objects of a kind than Signalbox can show.`,
        meaning: 'Signalbox stopped reading the list. Earlier data stays and may be out of date.',
        advice:
          'Reduce what the estate file watches, by namespace or labels. Signalbox tries again in a few minutes.',
      },
      { detail },
    ),
  );
}

/** Watches that are ended as soon as they are opened. */
export function endedEarlyError(place: ClusterAddress): KubeError {
  return new KubeError(
    failure({
      code: 'unreachable',
      message: `${The(place)} keeps ending the watch.`,
      meaning: 'Changes appear late: Signalbox reopens the watch at increasing intervals.',
      advice: `Tell ${administrators(place)}: the server or a proxy drops long requests.`,
    }),
  );
}

/** An answer that began and did not come to its end in time, though something came all along. */
export function slowError(place: ClusterAddress, milliseconds: number, method: string): KubeError {
  return new KubeError(
    failure({
      code: 'timeout',
      message: `An answer from ${the(place)} was incomplete after ${Math.round(milliseconds / 100) / 10} s.`,
      meaning:
        method === 'GET'
          ? staleMeaning
          : 'The change may or may not have been made: check before you try again.',
      advice: 'Check the VPN and proxies: the connection is too slow for this much data.',
    }),
  );
}
