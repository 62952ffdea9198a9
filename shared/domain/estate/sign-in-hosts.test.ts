import { expect, it } from 'vitest';
import { destinationOf, mayLoad, type SignInGround } from './sign-in-hosts';

const ground: SignInGround = {
  server: 'https://argocd.example.org/argo',
  named: ['dex.example.org', 'login.example.net:8443'],
  allowed: ['github.com'],
};
const loopback: SignInGround = { server: 'http://127.0.0.1:4000', named: [], allowed: [] };

it.each([
  'https://argocd.example.org/argo/auth/login',
  'https://ARGOCD.example.org:443/',
  'https://dex.example.org/auth?x=https://evil.example',
  'https://login.example.net:8443/',
  'https://github.com/login',
])('a sign-in window goes to %s', (url) => {
  expect(destinationOf(url, ground)).toEqual({ verdict: 'go' });
});

it.each([
  ['https://evil.example/', 'evil.example'],
  ['https://argocd.example.org.evil.example/', 'argocd.example.org.evil.example'],
  ['https://argocd.example.org:8443/', 'argocd.example.org:8443'],
  ['https://login.example.net/', 'login.example.net'],
  ['https://evilgithub.com/', 'evilgithub.com'],
  ['https://gist.github.com/', 'gist.github.com'],
  ['https://github.com./', 'github.com.'],
  // A name that looks like another one is shown as it is written on the wire.
  ['https://gіthub.com/', 'xn--gthub-n2e.com'],
  ['https://evil.example\\@github.com/', 'evil.example'],
])('a sign-in window asks before it goes to %s', (url, host) => {
  expect(destinationOf(url, ground)).toEqual({ verdict: 'ask', host });
});

it.each([
  'http://argocd.example.org/',
  'http://github.com/',
  'https://github.com@evil.example/',
  'https://user:secret@github.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,hello',
  'blob:https://github.com/1',
  'ftp://github.com/',
  'app://signalbox/index.html',
  'chrome://settings',
  'view-source:https://github.com',
  'ms-settings:privacy',
  '//github.com',
  '',
  `https://github.com/${'a'.repeat(200_000)}`,
])('a sign-in window never goes to %.60s', (url) => {
  expect(destinationOf(url, ground).verdict).toBe('refuse');
});

it('plain http is for this computer alone', () => {
  expect(destinationOf('http://127.0.0.1:4000/auth/login', loopback)).toEqual({ verdict: 'go' });
  expect(destinationOf('http://127.0.0.1:4001/', loopback)).toEqual({
    verdict: 'ask',
    host: '127.0.0.1:4001',
  });
  expect(destinationOf('http://192.168.1.1/', loopback).verdict).toBe('refuse');
});

it.each([
  ['https://assets.example.com/a.js', true],
  ['data:image/png;base64,AA', true],
  ['wss://push.example.com', true],
  ['http://127.0.0.1:4000/a.js', true],
  ['http://assets.example.com/a.js', false],
  ['ws://push.example.com', false],
  ['file:///etc/passwd', false],
  ['app://signalbox/index.html', false],
])('a login page that loads %s: %s', (url, may) => {
  expect(mayLoad(url)).toBe(may);
});
