import type { NextStep } from '../../../../shared/domain/failure/failure';
import { type ClusterAddress, The, the } from '../../kubernetes/address-words';
import { KubeError, staleMeaning } from '../../kubernetes/failures';
import { statusError } from '../../kubernetes/status-failures';

const signIn = (label: string): NextStep => ({ do: 'open-settings', label });

const unauthorised = (
  { message, meaning, label }: { message: string; meaning: string; label: string },
  more: { detail?: string; status: number | null; reason?: string; code?: 'signed-out' },
): KubeError =>
  new KubeError({
    code: more.code ?? 'unauthorised',
    message,
    meaning,
    next: [signIn(label)],
    ...(more.detail ? { detail: more.detail } : {}),
    status: more.status,
    reason: more.reason ?? null,
  });

/** Nothing was asked, since nobody is signed in. */
export const notSignedIn = (place: ClusterAddress): KubeError =>
  unauthorised(
    {
      message: `You are not signed in to ${the(place)}.`,
      meaning: 'Nothing was asked of it.',
      label: 'Sign in',
    },
    { status: null, code: 'signed-out' },
  );

/** Nothing was asked, since the session has ended: by the server's word, or by its time. */
export const sessionEnded = (place: ClusterAddress): KubeError =>
  unauthorised(
    {
      message: `Your session at ${the(place)} has ended.`,
      meaning: `${staleMeaning} Nothing was asked of it.`,
      label: 'Sign in again',
    },
    { status: null },
  );

/** The address is none that a session is sent to. */
export const notEncrypted = (place: ClusterAddress): KubeError =>
  new KubeError({
    code: 'bad-data',
    message: `The address of ${the(place)} is not encrypted (http).`,
    meaning:
      'Signalbox does not send your session over a connection that others can read. Nothing was asked.',
    next: [{ do: 'advice', label: 'Use its https address in the estate file.' }],
    status: null,
    reason: null,
  });

/** The reason of a failure that another login gave. */
export const otherLoginReason = 'OtherLogin';

/** A page or a redirect in the place of JSON: the login of an identity-aware proxy, or another server at this address. */
export const otherLogin = (place: ClusterAddress, status: number): KubeError =>
  unauthorised(
    {
      message: `A login page answers in place of ${the(place)}.`,
      meaning:
        'A proxy with a login of its own stands before it, and you are not signed in there; or its address in the estate file is another server’s.',
      label: 'Sign in again',
    },
    { status: 401, detail: `HTTP ${status} with a page or a redirect`, reason: otherLoginReason },
  );

/**
 * The failure of a refused request. Argo's servers answer through grpc-gateway 1.16: `{"error","code","message"}` with
 * the status that `HTTPStatusFromCode` (`runtime/errors.go`) makes of the gRPC code; 415 and 400 of their own in plain text.
 */
export function serverRefusal(
  place: ClusterAddress,
  status: number,
  body: unknown,
  retryAfter: number | null = null,
): KubeError {
  if (status >= 300 && status < 400) return otherLogin(place, status);
  const { message } = (typeof body === 'object' && body !== null ? body : {}) as { message?: unknown };
  const said = typeof message === 'string' ? message.slice(0, 500) : '';
  const detail = `HTTP ${status}${said ? `: ${said}` : ''}`;
  if (status === 401)
    return unauthorised(
      {
        message: `Your session at ${the(place)} has ended.`,
        meaning: `${staleMeaning} What was asked for was not done.`,
        label: 'Sign in again',
      },
      { status, detail },
    );
  if (status === 403)
    return new KubeError({
      code: 'forbidden',
      message: `You don’t have permission to do this at ${the(place)}.`,
      meaning: said || 'Your account is missing a permission there.',
      next: [{ do: 'advice', label: `Ask the people who run ${place.system ?? 'it'} for the permission.` }],
      detail,
      status,
      reason: null,
    });
  if (status === 404)
    return new KubeError({
      code: 'not-found',
      message: `${The(place)} does not have this.`,
      meaning: said || 'It was deleted, or this server does not support it.',
      next: [{ do: 'advice', label: 'Check the address and the namespace in the estate file.' }],
      detail,
      status,
      reason: null,
    });
  // Its refusals of what can't be done now (gRPC FailedPrecondition, InvalidArgument) say what is wrong.
  if (status === 400 && said !== '')
    return new KubeError({
      code: 'refused',
      message: `${The(place)} refused: ${said}`,
      meaning: 'Nothing was changed.',
      next: [{ do: 'advice', label: 'Correct what it names, then try again.' }],
      detail,
      status,
      reason: null,
    });
  return statusError(place, status, body, retryAfter);
}
