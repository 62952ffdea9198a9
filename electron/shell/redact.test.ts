import { describe, expect, it } from 'vitest';
import { redact } from './redact';

describe('the log', () => {
  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['{"authorization":"token abcdef"}', '{"authorization":"token ***"}'],
    ['fatal: https://user:hunter2@example.org/x.git', 'fatal: https://user:***@example.org/x.git'],
    ['token=ghp_abcdefghijklmnopqrstuvwxyz', 'token=***'],
    ['saw ghp_abcdefghijklmnopqrstuvwxyz0123', 'saw ***'],
    ['password: "p4ss"', 'password: "***"'],
  ])('keeps the secret out of %s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });
  it('leaves other text alone', () => {
    expect(redact('pushed 0123456789abcdef to main')).toBe('pushed 0123456789abcdef to main');
  });
});
