import { expect, it } from 'vitest';
import {
  askedChoice,
  parseArguments,
  practiceLandingOf,
  practiceLoginOf,
  practiceRightsOf,
} from './arguments';

const rightsOf = (...argv: string[]) => practiceRightsOf(parseArguments(argv));

it('takes the rights of the practice estate from the command line, between switches of Chromium', () => {
  expect(rightsOf()).toBeNull();
  expect(rightsOf('--no-sandbox', '--practice-rights', 'govuk', '--practice-speed', '20')).toBe('govuk');
  expect(rightsOf('--practice-rights=govuk-pods-only')).toBe('govuk-pods-only');
  expect(rightsOf('--practice-rights', '')).toBeNull();
});

it('does not start with rights that there are not', () => {
  expect(() => rightsOf('--practice-rights', 'gov-uk')).toThrow(/no rights called “gov-uk”/);
});

it('takes how commits land in the practice estate, and no other way than there is', () => {
  const landingOf = (...argv: string[]) => practiceLandingOf(parseArguments(argv));
  expect(landingOf()).toBeNull();
  expect(landingOf('--practice-landing', 'merge-branch')).toBe('merge-branch');
  expect(() => landingOf('--practice-landing', 'magic')).toThrow(/no landing called “magic”/);
});

it('takes how the practice estate’s clusters are logged in to, and no other way than there is', () => {
  const loginOf = (...argv: string[]) => practiceLoginOf(parseArguments(argv));
  expect(loginOf()).toBeNull();
  expect(loginOf('--practice-login', 'wrapper')).toBe('wrapper');
  expect(() => loginOf('--practice-login', 'magic')).toThrow(/no login called “magic”/);
});

it('opens what the command line names, the practice estate for whatever names something of it, and else nothing', () => {
  const choiceOf = (...argv: string[]) => askedChoice(parseArguments(argv));
  expect(choiceOf('--no-sandbox', '--user-data', '/tmp/x')).toBeNull();
  expect(choiceOf('--practice')).toEqual({ kind: 'practice' });
  expect(choiceOf('--practice-speed', '20')).toEqual({ kind: 'practice' });
  expect(choiceOf('--estate', '/e/signalbox.yaml', '--practice')).toEqual({
    kind: 'file',
    path: '/e/signalbox.yaml',
  });
  expect(choiceOf('--ledger', 'https://git.example.org/r.git')).toEqual({
    kind: 'read-only',
    address: 'https://git.example.org/r.git',
  });
});
