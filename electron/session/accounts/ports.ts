import type { SignInWay } from '../../../shared/domain/estate/argo-account';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { ServerCookie } from '../../systems/argo/server/server-cookies';
import type { ServerPlace } from '../../systems/argo/server/server-session';

/** A session as it is kept between starts. A secret. */
export interface SavedSession {
  authorization: string;
  /** Of a proxy before the server. */
  cookies: readonly ServerCookie[];
  name: string;
  by: SignInWay;
  /** Milliseconds since 1970; `null`: not known. */
  expires: number | null;
}

/** Where sessions lie between starts, each for its server's origin alone. */
export interface SessionStore {
  get(place: ServerPlace): SavedSession | null;
  /** @returns why it is for this run only, in a sentence; `null`: it is kept. */
  set(place: ServerPlace, session: SavedSession | null): string | null;
}

/** What lies in the cookies of a sign-in window. */
export interface FoundSession {
  /** What may be the session, likeliest first; `expires` in milliseconds, where the cookie says so. */
  candidates: readonly { authorization: string; expires: number | null }[];
  /** Of a proxy before the server. */
  cookies: readonly ServerCookie[];
}

export interface SignInRequest {
  place: ServerPlace;
  /** Hosts that the estate names. */
  named: readonly string[];
  /** Where the window begins. */
  start: string;
  /** What a proxy before the server gave before. */
  cookies: readonly ServerCookie[];
  /**
   * Called with what lies in the cookies, whenever they change. Once it answers `taken`, or why it can't be, the window
   * closes.
   */
  look(found: FoundSession): Promise<'taken' | 'not-yet' | Failure>;
  /** Called with the host of the page that is shown. */
  onHost(host: string): void;
}

export interface SignInWindow {
  /** Resolves when it has closed: with why nothing came of it, or `null` when the person closed it or signed in. */
  readonly done: Promise<Failure | null>;
  show(): void;
  close(): void;
}

/** The windows in which people sign in; each server has a partition of its own. */
export interface SignInWindows {
  open(request: SignInRequest): SignInWindow;
  /** Forgets everything that a server's windows kept. */
  clear(place: ServerPlace): Promise<void>;
  /** Hosts that the person let a server's windows go to. */
  allowedHosts(place: ServerPlace): readonly string[];
  forgetHost(place: ServerPlace, host: string): void;
}
