import type { ArgoAccount, SignInWay } from '../../../shared/domain/estate/argo-account';
import { argoSystemNames } from '../../../shared/domain/estate/argo-servers';
import { clock, dateTime } from '../time/time';

/** `Argo CD in production`. */
export const accountName = ({ environment, system }: Pick<ArgoAccount, 'environment' | 'system'>): string =>
  `${argoSystemNames[system]} in ${environment}`;

const ways: Record<SignInWay, string> = {
  window: 'by its sign-in page',
  'command-line': 'by the session of argocd',
  token: 'by a token',
  password: 'by user name and password',
  practice: 'by the practice estate',
};

/** How the person stands with a server, in a few words. */
export function sessionWord({ session, signingIn }: ArgoAccount): string {
  if (signingIn && session.state !== 'signed-in') return 'Signing in';
  if (session.state === 'signed-in') return 'Signed in';
  return session.state === 'ended' ? 'Session ended' : 'Signed out';
}

/** Who, until when and by what. @param now milliseconds since 1970 */
export function sessionText({ session, signingIn }: ArgoAccount, now: number): string {
  if (signingIn) return `The sign-in window is open at ${signingIn.host}.`;
  switch (session.state) {
    case 'signed-out':
      return 'You are not signed in.';
    case 'ended':
      return session.why === 'expired'
        ? `The session of ${session.name} expired at ${clock(session.at, now)}.`
        : `The server ended the session of ${session.name} at ${clock(session.at, now)}.`;
    case 'signed-in': {
      const until = session.expires === null ? 'expiry not reported' : `until ${dateTime(session.expires)}`;
      return `As ${session.name}, ${until}, ${ways[session.by]}.`;
    }
  }
}

/** What the banner says of sessions that ended; `null`: none did. */
export function endedText(accounts: readonly ArgoAccount[]): string | null {
  const ended = accounts.filter(({ session }) => session.state === 'ended');
  const [first] = ended;
  if (!first) return null;
  if (ended.length === 1) return `Your session at ${accountName(first)} has ended.`;
  const systems = [...new Set(ended.map(({ system }) => argoSystemNames[system]))].join(' and ');
  const environments = [...new Set(ended.map(({ environment }) => environment))];
  const where = environments.length > 3 ? `${environments.length} environments` : environments.join(', ');
  return `Your sessions at ${systems} in ${where} have ended.`;
}
