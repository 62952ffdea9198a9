import { expect, it } from 'vitest';
import { argoServersSchema } from './argo-servers';

const takes = (url: string): boolean => argoServersSchema.safeParse({ cd: { url } }).success;

it.each([
  'https://argocd.example.org',
  'https://argocd.example.org:8443/argo/',
  'http://127.0.0.1:8080',
  'https://[::1]:1',
])('%s is the address of a server', (url) => {
  expect(takes(url)).toBe(true);
});

it.each([
  ['another spelling of plain http', 'HTTP://argocd.example.org'],
  ['a scheme in mixed case', 'hTTps://argocd.example.org'],
  ['a user', 'https://ada@argocd.example.org'],
  ['a user behind three slashes', 'https:///ada:pw@argocd.example.org'],
  ['a user behind backslashes', 'https:\\\\ada:pw@argocd.example.org'],
  ['a user behind no slash', 'https:ada:pw@argocd.example.org'],
  ['a tab in the scheme', 'ht\ttp://argocd.example.org'],
  ['a line feed in the user', 'https://ad\na:pw@argocd.example.org'],
  ['a query', 'https://argocd.example.org?a=b'],
  ['another scheme', 'ftp://argocd.example.org'],
  ['no host', 'https://'],
])('%s is none: %j', (_, url) => {
  expect(takes(url)).toBe(false);
});
