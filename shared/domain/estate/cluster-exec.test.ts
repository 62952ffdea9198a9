import { describe, expect, it } from 'vitest';
import { clusterExecSchema } from './cluster-exec';

describe('how an estate file has a login command run', () => {
  it('is a wrapper, variables, or both', () => {
    expect(clusterExecSchema.parse({ wrapper: ['gds', 'aws', 'readonly', '--'] })).toEqual({
      wrapper: ['gds', 'aws', 'readonly', '--'],
      env: {},
    });
    expect(clusterExecSchema.parse({ env: { AWS_PROFILE: 'production' } })).toEqual({
      wrapper: [],
      env: { AWS_PROFILE: 'production' },
    });
  });

  it.each<[string, object]>([
    ['nothing in it', {}],
    ['a wrapper without a program', { wrapper: ['', 'a'] }],
    ['a line as one text', { wrapper: 'gds aws' }],
    ['a line feed in a word', { wrapper: ['gds', 'a\nb'] }],
    ['a line feed in a value', { env: { A: 'b\nPATH=.' } }],
    ['a NUL', { wrapper: ['gds\u0000'] }],
    ['a number for a value', { env: { A: 1 } }],
    ['a name with =', { env: { 'A=b': 'c' } }],
    ['another PATH', { env: { PATH: './bin' } }],
    ['another Path', { env: { Path: './bin' } }],
    ['a library for every program', { env: { LD_PRELOAD: './x.so' } }],
    ['a script for every shell', { env: { BASH_ENV: './x' } }],
    ['a module for every Node', { env: { NODE_OPTIONS: '--require ./x' } }],
    ['what Kubernetes tells a login', { env: { KUBERNETES_EXEC_INFO: '{}' } }],
    ['more words than anybody reads', { wrapper: Array.from({ length: 51 }, () => 'a') }],
    ['a word without end', { wrapper: ['a'.repeat(2_001)] }],
  ])('is refused with %s', (_, given) => {
    expect(clusterExecSchema.safeParse(given).success).toBe(false);
  });
});
