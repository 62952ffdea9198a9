import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hideSecrets, hideSecretsIn, rememberSecret } from './known-secrets';

it('hides a secret in every form in which a server or a command may repeat it', () => {
  const secret = 'p+l/a"n t=ed\\secret';
  rememberSecret(`Bearer ${secret}`);
  const bytes = Buffer.from(secret);
  for (const form of [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    encodeURIComponent(secret),
    new URLSearchParams({ token: secret }).toString(),
    JSON.stringify({ token: secret }),
  ]) {
    const shown = hideSecrets(`got ${form}, thanks`);
    expect(shown).toContain('***');
    expect(shown).not.toContain('nt');
    expect(shown).toMatch(/^got .*, thanks$/);
  }
});

it('leaves words alone, and hides the longer of two secrets that begin alike', () => {
  rememberSecret('practice');
  rememberSecret('abcdefghijkl');
  rememberSecret('abcdefghijkl-mnop');
  expect(hideSecrets('practice abcdefghijkl-mnop.')).toBe('practice ***.');
});

it('hides what is deep in a value, and leaves other values as they are', () => {
  rememberSecret('0123456789-deep');
  const value = { a: [{ b: 'x 0123456789-deep' }], n: 1, none: null };
  expect(hideSecretsIn(value)).toEqual({ a: [{ b: 'x ***' }], n: 1, none: null });
  const other = { a: 1 };
  expect(hideSecretsIn(other)).toBe(other);
});

it('takes any text as a secret, and finds it in any text', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 10, unit: 'binary' }),
      fc.string(),
      fc.string(),
      (secret, before, after) => {
        const trimmed = secret.replace(/^(?:Bearer|Basic|token)\s+/i, '').trim();
        fc.pre(trimmed.length >= 10 && !'***'.includes(trimmed));
        rememberSecret(secret);
        expect(hideSecrets(`${before}${trimmed}${after}`)).not.toContain(trimmed);
      },
    ),
    { numRuns: 300 },
  );
});

it('forgets the oldest of many, and keeps what is in use', () => {
  rememberSecret('used-again-0123');
  for (let turn = 0; turn < 1_000; turn += 1) {
    rememberSecret(`passing-token-${turn}`);
    rememberSecret('used-again-0123');
  }
  expect(hideSecrets('used-again-0123 passing-token-999 passing-token-1')).toBe('*** *** passing-token-1');
});
