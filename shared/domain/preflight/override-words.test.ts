import { expect, it } from 'vitest';
import { overriddenText } from './override-words';

it('says what was overridden in words, each once', () => {
  expect(overriddenText(['version-not-published', 'migration', 'already-there', 'same'])).toBe(
    'not published, migration, already deployed',
  );
});

it('shows a code that it does not know as it was written', () => {
  expect(overriddenText(['constructor', 'of-a-newer-version'])).toBe('constructor, of-a-newer-version');
});
