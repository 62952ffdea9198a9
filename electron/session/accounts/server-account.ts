import type {
  ArgoAccount,
  ArgoSession,
  SignInOffers,
  SignInWay,
} from '../../../shared/domain/estate/argo-account';
import { argoSystemNames } from '../../../shared/domain/estate/argo-servers';
import { hostOf } from '../../../shared/domain/estate/sign-in-hosts';
import { type Failure, FailureError, unwrap } from '../../../shared/domain/failure/failure';
import { visibleText } from '../../../shared/domain/text/visible-text';
import { inBackground, type Log } from '../../log/log';
import { grantersOf, logIn, mayDo, offersOf, whoIs } from '../../systems/argo/server/ask-account';
import { cliConfigFile, readCliSession } from '../../systems/argo/server/cli-session';
import { cookieHeader, withSetCookies } from '../../systems/argo/server/server-cookies';
import { notSignedIn, sessionEnded } from '../../systems/argo/server/server-failures';
import type { ServerCredential, ServerPlace, ServerSession } from '../../systems/argo/server/server-session';
import {
  authorizationOf,
  authorizationsOf,
  expiryOf,
  isArgosCookie,
} from '../../systems/argo/server/session-value';
import type { ClusterAddress } from '../../systems/kubernetes/address-words';
import { lifeController } from '../../systems/life';
import type { FoundSession, SavedSession, SessionStore, SignInWindow, SignInWindows } from './ports';
import { RareWrites } from './rare-writes';
import { startOf } from './start-page';

/** Timers can't be longer (2³¹ milliseconds): later moments are looked at again. */
const longestWait = 24 * 3_600_000;

/** Milliseconds between two writes of cookies that a proxy renewed. */
const saveEvery = 60_000;

/** Milliseconds that a session lasts which the server took although, by the clock here, it ends within the second time. */
const lastsAnyhow = 10 * 60_000;
const clockDoubt = 30_000;

export interface AccountGround {
  place: ServerPlace;
  /** Hosts of the identity provider, as the estate names them. */
  named: readonly string[];
  store: SessionStore;
  windows: SignInWindows | null;
  onChange: () => void;
  now: () => number;
  log: Log;
}

/** What somebody signs in by, besides the window. */
export type SignInBy =
  | { way: 'token'; token: string }
  | { way: 'password'; username: string; password: string }
  | { way: 'command-line' };

/** The person's account at one server: whether they are signed in, and the ways to become so. */
export class ServerAccount implements ServerSession {
  readonly #ground: AccountGround;
  /** The credential is the same object for as long as it is the same one. */
  #live: { saved: SavedSession; credential: ServerCredential; forThisRun: string | null } | null = null;
  #ended: Extract<ArgoSession, { state: 'ended' }> | null = null;
  #waker = lifeController();
  #leaver = lifeController();
  /** Whose requests may run still: of who is signed in, or was last. */
  #lastName: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #saver: RareWrites;
  /** Until then the server's word goes before this computer's clock, which is wrong. */
  #lastsUntil = 0;
  #window: { open: SignInWindow; host: string } | null = null;
  #trouble: Failure | null = null;
  /** Counts sign-ins and sign-outs: an attempt that was begun before one does not undo it. */
  #turn = 0;
  #closed = false;

  constructor(ground: AccountGround) {
    this.#ground = ground;
    this.#saver = new RareWrites(saveEvery, ground.now, () => this.#saveCookies());
    const saved = ground.store.get(ground.place);
    if (saved) this.#hold(saved, null);
  }

  credential(): ServerCredential | null {
    this.#lookAtExpiry();
    return this.#live?.credential ?? null;
  }

  hasEnded(): boolean {
    return this.#ended !== null;
  }

  ended(used: ServerCredential): void {
    const now = this.#live?.credential;
    if (now && now.authorization === used.authorization && now.cookie === used.cookie) this.#end('refused');
  }

  renewed(used: ServerCredential, setCookie: readonly string[]): void {
    if (this.#closed || this.#live?.credential !== used) return;
    const { saved } = this.#live;
    const { now, place } = this.#ground;
    const all = withSetCookies(saved.cookies, setCookie, now());
    const cookies = all.filter(({ name }) => !isArgosCookie(place.system, name));
    // Argo CD renews the session of an account of its own shortly before it expires (server/server.go, `renewTokenKey`).
    const [own] = authorizationsOf(place.system, all);
    const authorization = own ?? saved.authorization;
    if (cookieHeader(cookies, now()) === used.cookie && authorization === saved.authorization) return;
    const expires = own ? expiryOf(own) : saved.expires;
    const next = { ...saved, authorization, cookies, expires };
    if (authorization !== saved.authorization) this.#take(next, 'quietly');
    else {
      this.#hold(next, this.#live.forThisRun);
      // Some proxies set another cookie with each answer: it counts at once.
      this.#saver.soon();
    }
  }

  #saveCookies(): void {
    if (!this.#live) return;
    const forThisRun = this.#ground.store.set(this.#ground.place, this.#live.saved);
    if (forThisRun === this.#live.forThisRun) return;
    this.#live.forThisRun = forThisRun;
    this.#ground.onChange();
  }

  woken(): AbortSignal {
    return this.#waker.signal;
  }

  left(): AbortSignal {
    return this.#leaver.signal;
  }

  view(): ArgoAccount {
    this.#lookAtExpiry();
    const { place, windows } = this.#ground;
    return {
      environment: place.environment,
      system: place.system,
      url: place.url,
      session: this.#session(),
      signingIn: this.#window && { host: this.#window.host },
      trouble: this.#trouble,
      allowedHosts: [...(windows?.allowedHosts(place) ?? [])],
    };
  }

  async offers(): Promise<SignInOffers> {
    const { place } = this.#ground;
    const told = await offersOf(place, this.#proxyCookie());
    const commandLine = place.system === 'argo-cd' ? await cliConfigFile(process.env) : null;
    return { ...told, commandLine };
  }

  /** Opens the server's own page, or shows the window that is open. @throws FailureError */
  openWindow(): void {
    const { place, windows, named, log } = this.#ground;
    if (!windows || this.#closed) throw refusal('There is no window to sign in with here.', 'Use a token.');
    if (this.#window) {
      this.#window.open.show();
      return;
    }
    const turn = this.#turn;
    this.#trouble = null;
    const open = windows.open({
      place,
      named,
      start: startOf(place),
      cookies: this.#live?.saved.cookies ?? [],
      look: (found) => this.#look(found, turn),
      onHost: (host) => {
        if (this.#window?.open !== open) return;
        this.#window.host = host;
        this.#ground.onChange();
      },
    });
    this.#window = { open, host: hostOf(place.url) };
    this.#ground.onChange();
    const closed = open.done.then((failure) => {
      if (this.#window?.open !== open) return;
      this.#window = null;
      // What was signed in by another way meanwhile is no trouble.
      if (turn === this.#turn) this.#trouble = failure;
      this.#ground.onChange();
    });
    inBackground(log, 'account.window-not-closed', closed);
  }

  closeWindow(): void {
    this.#window?.open.close();
  }

  /** @throws FailureError where the server does not take it; then everything is as before. */
  async signIn(by: SignInBy): Promise<void> {
    const turn = this.#turn;
    const { place } = this.#ground;
    const authorization = await this.#authorizationBy(by);
    const cookies = this.#live?.saved.cookies ?? [];
    const credential = { authorization, cookie: cookieHeader(cookies, this.#ground.now()) };
    const { name } = unwrap(await whoIs(place, credential));
    if (turn !== this.#turn || this.#closed) throw refusal('You signed in or out another way meanwhile.');
    this.#trouble = null;
    this.#take({ authorization, cookies, name, by: by.way, expires: expiryOf(authorization) });
    this.closeWindow();
  }

  /** A session that the estate brings with it. Nothing is asked. */
  bring(session: { authorization: string; name: string; expires: number | null; by: SignInWay }): void {
    if (this.#turn === 0 && !this.#closed) this.#take({ ...session, cookies: [] });
  }

  async signOut(): Promise<void> {
    this.#turn += 1;
    const { place, store, windows } = this.#ground;
    const { open } = this.#window ?? {};
    open?.close();
    await open?.done;
    clearTimeout(this.#timer);
    this.#saver.drop();
    this.#live = null;
    this.#ended = null;
    this.#trouble = null;
    const kept = store.set(place, null);
    this.#lastName = null;
    this.#leave(notSignedIn);
    this.#ground.onChange();
    await windows?.clear(place);
    if (kept !== null)
      throw new FailureError({
        code: 'internal',
        message: 'The saved session could not be removed from this computer.',
        meaning:
          'You are signed out for now; the next start of Signalbox would find it and sign you in again.',
        next: [{ do: 'advice', label: 'Unlock the keychain, then sign in and out again.' }],
        detail: kept,
      });
  }

  /** Ends what is read as whoever was signed in. */
  #leave(why: (place: ClusterAddress) => Error): void {
    const leaver = this.#leaver;
    this.#leaver = lifeController();
    const { environment, system, url } = this.#ground.place;
    leaver.abort(why({ context: environment, server: url, system: argoSystemNames[system] }));
  }

  async test(): Promise<{ ok: boolean; text: string }> {
    const credential = this.credential();
    if (!credential) return { ok: false, text: 'You are not signed in.' };
    const { place } = this.#ground;
    const who = await whoIs(place, credential);
    if (!who.ok) {
      if (who.failure.code === 'unauthorised') this.ended(credential);
      const { code, message, meaning } = who.failure;
      const grant = code === 'forbidden' ? ` ${grantersOf(place)}` : '';
      return { ok: false, text: `${message} ${meaning}${grant}` };
    }
    const { name, groups } = who.value;
    try {
      const may = await mayDo(place, credential, who.value);
      const teams = groups.length === 0 ? '' : ` Groups: ${groups.slice(0, 20).join(', ')}.`;
      return { ok: true, text: visibleText(`Signed in as ${name}. ${may}${teams}`) };
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      return {
        ok: true,
        text: visibleText(`Signed in as ${name}. What you may do is not known: ${error.failure.message}`),
      };
    }
  }

  forgetHost(host: string): void {
    this.#ground.windows?.forgetHost(this.#ground.place, host);
    this.#ground.onChange();
  }

  /** Ends what is open; what is saved stays. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#saver.flush();
    const { open } = this.#window ?? {};
    open?.close();
    await open?.done;
  }

  async #authorizationBy(by: SignInBy): Promise<string> {
    const { place } = this.#ground;
    if (by.way === 'password') return unwrap(await logIn(place, this.#proxyCookie(), by));
    if (by.way === 'token') {
      const authorization = authorizationOf(place.system, by.token);
      if (authorization === null)
        throw refusal(
          `This is not a token of ${argoSystemNames[place.system]}.`,
          'Copy it again, as a whole.',
        );
      return authorization;
    }
    if (place.system !== 'argo-cd') throw refusal('Argo Workflows keeps no session on this computer.');
    const file = await cliConfigFile(process.env);
    const found = await readCliSession(file, place.url);
    if (!found)
      throw new FailureError({
        code: 'not-found',
        message: `argocd has no session at ${hostOf(place.url)}.`,
        meaning: 'You are not signed in.',
        next: [{ do: 'advice', label: `Run argocd login ${hostOf(place.url)}, then try again.` }],
        place: { path: file },
      });
    return found.authorization;
  }

  async #look({ candidates, cookies }: FoundSession, turn: number): Promise<'taken' | 'not-yet' | Failure> {
    const { place, now } = this.#ground;
    for (const { authorization, expires } of candidates) {
      const who = await whoIs(place, { authorization, cookie: cookieHeader(cookies, now()) });
      if (turn !== this.#turn || this.#closed) return 'not-yet';
      if (who.ok) {
        const { name } = who.value;
        this.#take({
          authorization,
          cookies,
          name,
          by: 'window',
          expires: expiryOf(authorization) ?? expires,
        });
        return 'taken';
      }
      // One that has ended, of an earlier login: the page goes on to give another.
      if (who.failure.code !== 'unauthorised') return who.failure;
    }
    return 'not-yet';
  }

  #take(saved: SavedSession, how: 'quietly' | 'aloud' = 'aloud'): void {
    this.#saver.drop();
    const now = this.#ground.now();
    if (how === 'aloud')
      this.#lastsUntil = saved.expires !== null && saved.expires - now < clockDoubt ? now + lastsAnyhow : 0;
    const isOther = this.#lastName !== null && this.#lastName !== saved.name;
    this.#hold(saved, this.#ground.store.set(this.#ground.place, saved));
    if (how === 'aloud') {
      this.#turn += 1;
      if (isOther) this.#leave(notSignedIn);
      const waker = this.#waker;
      this.#waker = lifeController();
      waker.abort();
    }
    this.#ground.onChange();
  }

  #hold(saved: SavedSession, forThisRun: string | null): void {
    const { authorization, cookies } = saved;
    const credential = { authorization, cookie: cookieHeader(cookies, this.#ground.now()) };
    this.#live = { saved, credential, forThisRun };
    this.#lastName = saved.name;
    this.#ended = null;
    this.#lookAtExpiry();
  }

  /** Ends a session whose time is over, and looks again when that is. */
  #lookAtExpiry(): void {
    clearTimeout(this.#timer);
    const expires = this.#live?.saved.expires ?? null;
    if (expires === null || this.#closed) return;
    const left = Math.max(expires, this.#lastsUntil) - this.#ground.now();
    if (left <= 0) {
      this.#end('expired');
      return;
    }
    this.#timer = setTimeout(() => this.#lookAtExpiry(), Math.min(left, longestWait));
    this.#timer.unref();
  }

  #end(why: 'expired' | 'refused'): void {
    if (!this.#live) return;
    const { name } = this.#live.saved;
    clearTimeout(this.#timer);
    this.#saver.drop();
    this.#live = null;
    this.#ended = { state: 'ended', name, at: new Date(this.#ground.now()).toISOString(), why };
    this.#ground.store.set(this.#ground.place, null);
    // What still runs as them shows nothing new that they could act on, and would look as fresh as before.
    this.#leave(sessionEnded);
    this.#ground.onChange();
  }

  #session(): ArgoSession {
    if (!this.#live) return this.#ended ?? { state: 'signed-out' };
    const { saved, forThisRun } = this.#live;
    const { name, by, expires } = saved;
    const until = expires === null ? null : new Date(expires).toISOString();
    return { state: 'signed-in', name: visibleText(name), by, expires: until, forThisRun };
  }

  #proxyCookie(): string | null {
    return cookieHeader(this.#live?.saved.cookies ?? [], this.#ground.now());
  }
}

const refusal = (message: string, advice?: string): FailureError =>
  new FailureError({
    code: 'refused',
    message,
    meaning: 'Nothing was changed.',
    next: advice === undefined ? [] : [{ do: 'advice', label: advice }],
  });
