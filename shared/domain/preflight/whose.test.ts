import { describe, expect, it } from 'vitest';
import { commitPeople } from '../history/commit-people';
import type { SourceCommit } from '../ledger/change';
import { type Me, otherOf, personKey } from './whose';

const signedIn: Me = {
  name: 'Ada Morrow',
  emails: ['ada@example.invalid'],
  account: { login: 'ada-m', id: 4242 },
};
const gitAlone: Me = { ...signedIn, account: null };

interface Written {
  name: string;
  email?: string;
  login?: string;
  type?: 'User' | 'Bot';
  message?: string;
}
const commit = ({ name, email, login, type = 'User', message = 'Fix search' }: Written): SourceCommit => ({
  sha: 'a'.repeat(40),
  subject: message.split('\n', 1)[0] ?? '',
  author: name,
  people: commitPeople(
    { name, email: email ?? null, account: login ? { login, isBot: type === 'Bot' } : null },
    message,
  ),
  at: '2026-11-30T10:00:00Z',
  pullRequest: null,
});
const with_ = (...people: string[]): string =>
  `Fix search (#12)\n\n* one\n* two\n\n---------\n\n${people.map((one) => `Co-authored-by: ${one}`).join('\n')}`;

describe('whose a commit is', () => {
  const cases: [string, Written, Me, string | null][] = [
    ['one’s own account, whatever the name', { name: 'A. M.', email: 'x@y', login: 'Ada-M' }, signedIn, null],
    [
      'a namesake’s account',
      { name: 'Ada Morrow', email: 'other@y', login: 'ada-morrow' },
      signedIn,
      'Ada Morrow',
    ],
    [
      'an address of one’s own, in other case',
      { name: 'root', email: 'ADA@example.invalid' },
      signedIn,
      null,
    ],
    [
      'one’s private address, by its number after a new login',
      { name: 'x', email: '4242+old-name@users.noreply.github.com' },
      signedIn,
      null,
    ],
    [
      'another’s private address with one’s own former login',
      { name: 'x', email: '77+ada-m@users.noreply.github.com' },
      signedIn,
      'x',
    ],
    ['an old private address', { name: 'x', email: 'ada-m@users.noreply.github.com' }, signedIn, null],
    [
      'a namesake’s private address',
      { name: 'Ada Morrow', email: '77+other@users.noreply.github.com' },
      signedIn,
      'Ada Morrow',
    ],
    ['a name alone', { name: ' ada morrow' }, signedIn, null],
    [
      'without an account, one’s name with another address',
      { name: 'Ada Morrow', email: 'x@y' },
      gitAlone,
      null,
    ],
    [
      'without an account, another’s name',
      { name: 'Sam Hale', email: 'sam@y', login: 'sam' },
      gitAlone,
      'Sam Hale',
    ],
    [
      'a squash merge of one’s own pull request with others',
      {
        name: 'Ada Morrow',
        email: '4242+ada-m@users.noreply.github.com',
        login: 'ada-m',
        message: with_('Sam Hale <sam@y>'),
      },
      signedIn,
      null,
    ],
    [
      'a squash merge of another’s, which one helped with',
      { name: 'Sam Hale', login: 'sam', message: with_('A <ada@example.invalid>', 'Kim Osei <kim@y>') },
      signedIn,
      null,
    ],
    [
      'a squash merge of others’',
      { name: 'Sam Hale', login: 'sam', message: with_('Kim Osei <kim@y>') },
      signedIn,
      'Sam Hale',
    ],
    ['a bot by its account', { name: 'renovate', login: 'renovate', type: 'Bot' }, signedIn, 'renovate'],
    [
      'a bot by its address',
      { name: 'dependabot[bot]', email: '49699333+dependabot[bot]@users.noreply.github.com' },
      gitAlone,
      'dependabot[bot]',
    ],
    [
      'a bot’s commit that a person finished',
      { name: 'dependabot[bot]', login: 'dependabot[bot]', type: 'Bot', message: with_('Sam Hale <sam@y>') },
      signedIn,
      'Sam Hale',
    ],
    ['a bot that is called like oneself', { name: 'Ada Morrow', login: 'ada[bot]' }, gitAlone, 'Ada Morrow'],
  ];
  it.each(cases)('%s', (_, written, me, other) => {
    expect(otherOf(commit(written), me)?.name ?? null).toBe(other);
  });

  it('of which an older Signalbox kept the author’s name alone', () => {
    const { people: _people, ...kept } = commit({ name: 'Sam Hale' });
    expect(otherOf(kept, signedIn)).toMatchObject({ name: 'Sam Hale', bot: false });
    expect(otherOf({ ...kept, author: 'Ada Morrow' }, signedIn)).toBeNull();
  });
});

describe('the people of a commit', () => {
  const of = (message: string) => commitPeople({ name: 'Sam', email: 'sam@y', account: null }, message);

  it('are bounded, and once each', () => {
    const many = Array.from({ length: 500 }, (_, at) => `Co-authored-by: P${at} <p${at}@y>`).join('\n');
    expect(of(`x\n\n${many}`)).toHaveLength(21);
    expect(
      of(`x\n\nCo-authored-by: Sam H <SAM@y>\nco-AUTHORED-by: Kim <kim@y>`).map(({ name }) => name),
    ).toEqual(['Sam', 'Kim']);
    expect(of(`x\n\nCo-authored-by: ${'n'.repeat(200)} <n@y>`)[1]?.name).toHaveLength(100);
  });

  it('are read in little time from a message that is made to take long', () => {
    const hostile = `Co-authored-by:${' '.repeat(50_000)}<`.repeat(20);
    expect(of(hostile)).toHaveLength(1);
  });

  it('are told apart by account, address, then name', () => {
    const keys = (one: Written) => commit(one).people?.map(personKey);
    expect(keys({ name: 'Sam', email: 'a@y', login: 'Sam-H' })).toEqual(['sam-h']);
    expect(keys({ name: 'Sam', email: 'A@y' })).toEqual(['a@y']);
    expect(keys({ name: 'Sam' })).toEqual(['sam']);
  });
});
