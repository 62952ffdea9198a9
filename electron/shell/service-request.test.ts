import { describe, expect, it } from 'vitest';
import { accountsOf, proxyConfig, redirected } from './service-request';

describe('a redirected request', () => {
  const wanted = {
    url: 'https://api.example/repos/a/b',
    method: 'POST',
    headers: { authorization: 'token secret', accept: 'application/json' },
    body: '{}',
    signal: null,
    redirects: 0,
    redirect: 'follow' as const,
  };
  it('takes the token along within its origin alone', () => {
    expect(redirected(wanted, 'POST', 'https://api.example/repositories/1').headers).toHaveProperty(
      'authorization',
    );
    for (const url of ['https://elsewhere.example/', 'http://api.example/', 'https://api.example:8443/'])
      expect(redirected(wanted, 'POST', url).headers).toEqual({ accept: 'application/json' });
  });
  it('leaves its body with its origin, too', () => {
    for (const url of ['https://elsewhere.example/', 'http://api.example/', 'https://api.example:8443/'])
      expect(redirected(wanted, 'POST', url).body).toBeNull();
  });
  it('has a body only where its method stays', () => {
    expect(redirected(wanted, 'POST', 'https://api.example/x').body).toBe('{}');
    expect(redirected(wanted, 'GET', 'https://api.example/x')).toMatchObject({ body: null, redirects: 1 });
  });
});

describe('the proxies of the environment', () => {
  it.each([
    [{}, null],
    [{ HTTPS_PROXY: '' }, null],
    [{ HTTPS_PROXY: 'http://me:secret@proxy.example:3128' }, 'https=http://proxy.example:3128'],
    [{ https_proxy: 'proxy.example:3128' }, 'https=http://proxy.example:3128'],
    [
      { HTTP_PROXY: 'https://proxy.example', HTTPS_PROXY: 'socks5h://localhost:1080' },
      'https=socks5://localhost:1080;http=https://proxy.example',
    ],
    [{ HTTPS_PROXY: 'ftp://proxy.example' }, null],
  ])('%j: %j', (environment, rules) => expect(proxyConfig(environment)?.proxyRules ?? null).toBe(rules));

  it('are passed by for what NO_PROXY names, domains with all below them', () => {
    const found = proxyConfig({
      HTTPS_PROXY: 'http://proxy.example',
      NO_PROXY: ' example.org, .internal.test ,10.0.0.0/8,*',
    });
    expect(found?.proxyBypassRules).toBe(
      'example.org;*.example.org;internal.test;*.internal.test;10.0.0.0/8;*',
    );
  });

  it('are passed by at a port of a domain and of all below it', () => {
    const found = proxyConfig({
      HTTPS_PROXY: 'http://proxy.example',
      NO_PROXY: '.example.org:8443,[::1]:80',
    });
    expect(found?.proxyBypassRules).toBe('example.org:8443;*.example.org:8443;[::1]:80');
  });

  it('have the account of their own address', () => {
    const accounts = accountsOf({ HTTPS_PROXY: 'http://me:se%20cret@proxy.example:3128' });
    expect(accounts('proxy.example', 3128)).toEqual({ username: 'me', password: 'se cret' });
    expect(accounts('proxy.example', 80)).toBeNull();
    expect(accounts('other.example', 3128)).toBeNull();
  });

  const account = { username: 'me', password: 'secret' };
  // The URL standard leaves a scheme's own port out of an address: 443 of https, 80 of http.
  it.each([
    ['https://me:secret@proxy.example', 443],
    ['https://me:secret@proxy.example:443', 443],
    ['https://me:secret@proxy.example:8443', 8443],
    ['https://me:secret@proxy.example:80', 80],
    ['http://me:secret@proxy.example', 80],
    ['http://me:secret@proxy.example:80', 80],
    ['http://me:secret@proxy.example:443', 443],
    ['me:secret@proxy.example', 80],
    ['me:secret@proxy.example:3128', 3128],
  ])('%s is asked for its account at port %d alone', (address, port) => {
    const accounts = accountsOf({ HTTPS_PROXY: address });
    const known = [80, 443, 3128, 8443].filter((one) => accounts('proxy.example', one) !== null);
    expect(known).toEqual([port]);
    expect(accounts('proxy.example', port)).toEqual(account);
  });

  it('at one address have the account that one of them has', () => {
    const accounts = accountsOf({
      HTTPS_PROXY: 'http://proxy.example:3128',
      HTTP_PROXY: 'http://me:secret@proxy.example:3128',
    });
    expect(accounts('proxy.example', 3128)).toEqual(account);
  });

  it('have an account with its escapes undone, and a bare percent sign as it stands', () => {
    const accounts = accountsOf({ HTTPS_PROXY: 'http://me:100%25%zz@proxy.example:3128' });
    expect(accounts('proxy.example', 3128)).toEqual({ username: 'me', password: '100%%zz' });
  });
});
