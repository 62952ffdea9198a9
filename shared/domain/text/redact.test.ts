import { describe, expect, it } from 'vitest';
import { isSecretName, redact } from './redact';

const jwt = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;

describe('a text that is kept or told', () => {
  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: ***'],
    ['Authorization: abc.def', 'Authorization: ***'],
    ['{"authorization":"token abcdef"}', '{"authorization":***"}'],
    ['fatal: https://user:hunter2@example.org/x.git', 'fatal: https://***@example.org/x.git'],
    ['fatal: https://ghtoken@example.org/x.git', 'fatal: https://***@example.org/x.git'],
    ['fatal: https://user:p@ss:w@example.org/x.git', 'fatal: https://***@example.org/x.git'],
    ['token=ghp_abcdefghijklmnopqrstuvwxyz', 'token=***'],
    ['saw ghp_abcdefghijklmnopqrstuvwxyz0123', 'saw ***'],
    ['password: "p4 ss \\" word" and more', 'password: *** and more'],
    [`{"client_secret": "a b", "rest": 1}`, '{"client_secret": ***, "rest": 1}'],
    [`the server said ${jwt}`, 'the server said ***'],
    ['k8s-aws-v1.aHR0cHM6Ly9zdHM is no longer valid', '*** is no longer valid'],
    [
      'key -----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----',
      'key -----BEGIN RSA PRIVATE KEY-----*** RSA PRIVATE KEY-----',
    ],
    ['key -----BEGIN PRIVATE KEY-----\nMIIE', 'key -----BEGIN PRIVATE KEY-----***'],
    ['posted as xoxb-123456789012-abcdefGHIJ, then', 'posted as ***, then'],
    ['refreshed xoxe.xoxp-1-Mi0yLTEyMzQ1', 'refreshed ***'],
    ['app xapp-1-A0123-456-abcdef', 'app ***'],
    [
      'POST https://hooks.slack.com/services/T0123ABCD/B0123ABCD/abcdefghijklmnop failed',
      'POST https://hooks.slack.com/services/*** failed',
    ],
    ['signed by whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'signed by ***'],
  ])('keeps the secret out of %s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it('is otherwise left alone', () => {
    const text = 'pushed 0123456789abcdef to main of https://example.org/x.git, by ada@example.invalid';
    expect(redact(text)).toBe(text);
  });

  it('is read once, however long it is', () => {
    const hostile = `${'a'.repeat(200_000)}://${'b:'.repeat(100_000)}${'-----BEGIN PRIVATE KEY-----'.repeat(1000)}`;
    expect(redact(hostile).length).toBeLessThan(hostile.length);
  });
});

it.each(['Authorization', 'ledgerPassword', 'client_secret', 'api-key', 'set-cookie'])(
  'what is called %s is a secret',
  (name) => expect(isSecretName(name)).toBe(true),
);
