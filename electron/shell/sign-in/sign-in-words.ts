import { argoSystemNames } from '../../../shared/domain/estate/argo-servers';
import type { Failure } from '../../../shared/domain/failure/failure';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { ServerPlace } from '../../systems/argo/server/server-session';

/** `Argo CD in production`. */
export const serverName = ({ system, environment }: ServerPlace): string =>
  visibleText(`${argoSystemNames[system]} in ${environment}`);

/** The window's title: which server it is for, and whose page one types into. */
export const titleOf = (place: ServerPlace, host: string, note: string | null): string =>
  visibleText(`Sign in to ${serverName(place)} — ${host}${note === null ? '' : ` — ${note}`}`);

const failure = (
  code: Failure['code'],
  message: string,
  meaning: string,
  advice: string,
  detail?: string,
): Failure => ({
  code,
  message: visibleText(message),
  meaning,
  next: [{ do: 'advice', label: advice }],
  ...(detail === undefined ? {} : { detail: visibleText(detail) }),
});

export const hostNotAllowed = (place: ServerPlace, host: string): Failure =>
  failure(
    'refused',
    `The sign-in to ${serverName(place)} was stopped: you did not allow ${host}.`,
    'Nothing was sent there. You are not signed in.',
    'If it belongs to your identity provider, sign in again and allow it, or add it to signInHosts in the estate file.',
  );

export const destinationRefused = (place: ServerPlace, why: string): Failure =>
  failure(
    'refused',
    `The sign-in page of ${serverName(place)} tried to ${why}.`,
    'Signalbox did not go there. You are not signed in.',
    'Tell the people who run the server or its identity provider.',
  );

/** Chromium's names of certificate errors (net/base/net_error_list.h), as far as they say what is wrong. */
const certificateFaults: Readonly<Record<string, string>> = {
  CERT_COMMON_NAME_INVALID: 'It is for another name',
  CERT_DATE_INVALID: 'It has expired, or this computer’s clock is wrong',
  CERT_AUTHORITY_INVALID: 'This computer does not trust who issued it',
  CERT_REVOKED: 'It was revoked',
  CERT_WEAK_SIGNATURE_ALGORITHM: 'Its signature is too weak',
  CERT_INVALID: 'It is damaged',
};

/** @param error as Electron names it: `net::ERR_CERT_DATE_INVALID`. */
export function certificateFault(place: ServerPlace, host: string, error: string): Failure {
  const name = error.replace(/^net::/, '').replace(/^ERR_/, '');
  const what = certificateFaults[name] ?? 'It can’t be verified';
  return failure(
    'refused',
    `The certificate of ${host} is not valid.`,
    `${what}. Somebody may be on the way. Nothing was sent, and you are not signed in to ${serverName(place)}.`,
    'Tell the people who run it. If your organisation issues its own certificates, add its authority to this computer.',
    error,
  );
}

export const pageNotReached = (place: ServerPlace, host: string, error: string): Failure =>
  failure(
    'unreachable',
    `The sign-in page at ${host} can’t be reached.`,
    `You are not signed in to ${serverName(place)}.`,
    'Check the network and the VPN, then sign in again.',
    error,
  );

export const noSignInPage = (place: ServerPlace): Failure =>
  failure(
    'not-configured',
    `${serverName(place)} has no page to sign in with.`,
    'Single sign-on is not set up there.',
    'Use a token instead.',
  );

export const neverFinished = (place: ServerPlace, minutes: number): Failure =>
  failure(
    'timeout',
    `The sign-in to ${serverName(place)} was not finished within ${minutes} minutes.`,
    'Its window was closed. You are not signed in.',
    'Sign in again when you are ready.',
  );

export const pageCrashed = (place: ServerPlace): Failure =>
  failure(
    'internal',
    `The sign-in page of ${serverName(place)} crashed.`,
    'You are not signed in.',
    'Sign in again.',
  );
