import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailtoUrl } from './mail-draft';

describe('a draft of a mail', () => {
  it('is an address that holds nothing but what was given', () => {
    expect(
      mailtoUrl({ to: ['a@example.org', 'b+c@example.org'], subject: 'Freeze', body: 'One\nTwo & three' }),
    ).toBe('mailto:a@example.org,b%2Bc@example.org?subject=Freeze&body=One%0D%0ATwo%20%26%20three');
  });

  it('gets no header from a text, and stays short', () => {
    const evil = fc.oneof(
      fc.constantFrom('&cc=x@example.org', '?bcc=x', '\r\nBcc: x', '#', '%0D%0Abcc:x', '"', "'", '\ud800'),
      fc.string({ unit: 'binary' }),
    );
    const text = fc.array(evil, { maxLength: 60 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (subject, body) => {
        const url = mailtoUrl({ to: ['a@example.org'], subject, body });
        expect(url).toMatch(/^mailto:a@example\.org\?subject=[^&?#\s"'<>]*&body=[^&?#\s"'<>]*$/);
        expect([...new URL(url).searchParams.keys()]).toEqual(['subject', 'body']);
        expect(new URL(url).searchParams.get('subject')).not.toMatch(/[\r\n]/);
        expect(url.length).toBeLessThanOrEqual(2_200);
        expect(() => decodeURIComponent(url)).not.toThrow();
      }),
    );
  });
});
