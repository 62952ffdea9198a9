import type { ArgoSystem } from '../../../../shared/domain/estate/argo-servers';

/** One of Argo's servers, in one environment. */
export interface ServerPlace {
  environment: string;
  system: ArgoSystem;
  /** As the estate names it. */
  url: string;
}

/** What a request carries. It stays in main, and is in no log and no message. */
export interface ServerCredential {
  /** The header `Authorization`: `Bearer <token>`; empty: none is sent. Argo CD takes its cookie's token so, Argo Workflows its cookie's value. */
  readonly authorization: string;
  /** The header `Cookie` for a proxy that stands before the server; `null`: none does. */
  readonly cookie: string | null;
}

/** The session of the person at one of Argo's servers. */
export interface ServerSession {
  /** `null`: nobody is signed in, or the session has ended. */
  credential(): ServerCredential | null;
  /** Whether it is without a credential because the session ended by itself. Absent: it never is. */
  hasEnded?(): boolean;
  /** The server refused exactly this credential with 401: its session has ended. A newer one is left alone. */
  ended(used: ServerCredential): void;
  /**
   * An answer to a request with this credential sets cookies, by which a proxy before the server (or Argo CD) renews its
   * session: the values of `Set-Cookie`. Absent: nothing is renewed.
   */
  renewed?(used: ServerCredential, setCookie: readonly string[]): void;
  /** Aborted when somebody signs in (again): what failed for want of a session may be tried at once. A new one follows. */
  woken(): AbortSignal;
  /**
   * Aborted when who was signed in no longer is: they signed out, their session ended, or somebody else signed in. What
   * was read as them ends; the reason is a failure that says so. A new one follows. Absent: nobody ever leaves.
   */
  left?(): AbortSignal;
}

/** The sessions of an estate, one per server; asked again, the same one. */
export interface ServerSessions {
  of(place: ServerPlace): ServerSession;
}
