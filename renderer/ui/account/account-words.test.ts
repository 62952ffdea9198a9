import { expect, it } from 'vitest';
import type { ArgoAccount } from '../../../shared/domain/estate/argo-account';
import { endedText, sessionText, sessionWord } from './account-words';

const now = Date.parse('2026-12-01T12:00:00Z');
const account = (session: ArgoAccount['session'], more: Partial<ArgoAccount> = {}): ArgoAccount => ({
  environment: 'production',
  system: 'argo-cd',
  url: 'https://argocd.example.org',
  session,
  signingIn: null,
  trouble: null,
  allowedHosts: [],
  ...more,
});
const ended: ArgoAccount['session'] = {
  state: 'ended',
  name: 'ada',
  at: '2026-12-01T11:00:00Z',
  why: 'refused',
};

it('an account says who is signed in, until when and by what, and what it does not know', () => {
  const signedIn = account({ state: 'signed-in', name: 'ada', by: 'token', expires: null, forThisRun: null });
  expect(sessionWord(signedIn)).toBe('Signed in');
  expect(sessionText(signedIn, now)).toBe('As ada, expiry not reported, by a token.');
  expect(sessionText(account(ended), now)).toMatch(/^The server ended the session of ada at /);
  const open = account({ state: 'signed-out' }, { signingIn: { host: 'github.com' } });
  expect([sessionWord(open), sessionText(open, now)]).toEqual([
    'Signing in',
    'The sign-in window is open at github.com.',
  ]);
});

it('sessions that ended are told in one sentence, however many', () => {
  expect(endedText([account({ state: 'signed-out' })])).toBeNull();
  expect(endedText([account(ended), account({ state: 'signed-out' })])).toBe(
    'Your session at Argo CD in production has ended.',
  );
  expect(
    endedText([
      account(ended),
      account(ended, { system: 'argo-workflows' }),
      account(ended, { environment: 'staging' }),
    ]),
  ).toBe('Your sessions at Argo CD and Argo Workflows in production, staging have ended.');
});
