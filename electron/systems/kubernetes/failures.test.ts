import { describe, expect, it } from 'vitest';
import { failureSchema } from '../../../shared/domain/failure/failure';
import { networkError } from './failures';
import { retryAfterOf, statusError } from './status-failures';

const place = { context: 'staging', server: 'https://cluster.example:6443' };
const coded = (code: string) => Object.assign(new Error('low-level words'), { code });

describe('networkError', () => {
  it.each([
    ['ECONNREFUSED', 'unreachable', /refuses connections at cluster\.example:6443/],
    ['ENOTFOUND', 'unreachable', /cannot be resolved/],
    ['EAI_AGAIN', 'offline', /cannot be resolved/],
    ['ENETUNREACH', 'offline', /no network/],
    ['EHOSTUNREACH', 'unreachable', /is unreachable/],
    ['ECONNRESET', 'unreachable', /broke/],
    ['CERT_HAS_EXPIRED', 'unreachable', /has expired/],
    ['CERT_NOT_YET_VALID', 'unreachable', /not valid yet/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unreachable', /not issued by the authority/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unreachable', /not for the name/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'unauthorised', /client certificate/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'unreachable', /does not use TLS/],
    ['ESOMETHING', 'unreachable', /is unreachable/],
  ])('%s', (code, expected, message) => {
    const { failure } = networkError(coded(code), place);
    expect(failureSchema.parse(failure)).toMatchObject({
      code: expected,
      message: expect.stringMatching(message),
    });
    expect(failure.message).toContain(code.startsWith('ERR_SSL_WRONG') ? 'cluster.example' : 'staging');
  });

  it('looks into the several attempts of one connection (addresses of both families)', () => {
    const error = new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]);
    expect(networkError(error, place).failure.message).toMatch(/refuses connections/);
  });
});

describe('statusError', () => {
  it.each([
    [400, 'refused'],
    [401, 'unauthorised'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'conflict'],
    [410, 'conflict'],
    [413, 'too-large'],
    [415, 'refused'],
    [422, 'refused'],
    [429, 'rate-limited'],
    [500, 'unreachable'],
    [503, 'unreachable'],
  ])('%d is %s', (status, code) => {
    const { failure } = statusError(place, status, { message: 'as the server said', reason: 'Reason' });
    expect(failure).toMatchObject({ code, status, reason: 'Reason' });
    expect(failure.detail).toContain('as the server said');
    expect(failure.next.length).toBeGreaterThan(0);
  });

  it('does with what a proxy says', () => {
    expect(statusError(place, 502, '<html>').failure).toMatchObject({ code: 'unreachable', reason: null });
    expect(statusError(place, 403, { message: 7 }).failure.detail).toBe('HTTP 403');
  });
});

it('reads Retry-After as seconds or date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterOf('7', now)).toBe(7000);
  expect(retryAfterOf('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterOf('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  expect(retryAfterOf('soon', now)).toBeNull();
  expect(retryAfterOf(undefined, now)).toBeNull();
});
