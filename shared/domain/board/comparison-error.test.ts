import { describe, expect, it } from 'vitest';
import { comparisonOutage, errorCause } from './comparison-error';

const target =
  'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = ';

describe('why Argo CD cannot compare', () => {
  it.each([
    [
      'repo',
      `${target}Unknown desc = fatal: unable to access 'http://127.0.0.1:4000/release.git/': Failed to connect to 127.0.0.1 port 4000`,
    ],
    [
      'repo',
      `${target}Unknown desc = Get "https://git.example/release.git/info/refs?service=git-upload-pack": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    ],
    ['repo', `${target}Unknown desc = failed to list refs: dial tcp: lookup git.example: no such host`],
    [
      'repo',
      'rpc error: code = Unknown desc = Get https://git.example/release.git/info/refs?service=git-upload-pack: read tcp 10.1.10.1:56682->10.2.2.2:443: read: connection reset by peer',
    ],
    ['repo', `${target}Unknown desc = unknown error: remote: Internal API unreachable`],
    [
      'repo',
      `${target}Internal desc = Failed to fetch default: \`git fetch origin --tags --force --prune\` failed exit status 128: fatal: the remote end hung up unexpectedly`,
    ],
    ['sign-in', `${target}Unknown desc = authentication required`],
    [
      'sign-in',
      `${target}Unknown desc = failed to list refs: authentication required: Repository not found.`,
    ],
    [
      'sign-in',
      `${target}Unknown desc = failed to list refs: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain`,
    ],
    [
      'sign-in',
      `${target}Unknown desc = failed to list refs: error creating SSH agent: "SSH agent requested but SSH_AUTH_SOCK not-specified"`,
    ],
    [
      'argo-cd',
      `${target}Unavailable desc = connection error: desc = "transport: Error while dialing dial tcp 10.11.169.93:8081: connect: connection refused"`,
    ],
    ['argo-cd', `${target}Unavailable desc = error reading from server: EOF`],
    ['argo-cd', `${target}Unknown desc = dial tcp 10.43.131.200:6379: connect: connection refused`],
    [
      'cluster',
      'Failed to load live state: failed to get cluster info for "https://10.0.0.1": error synchronizing cache state : Get "https://10.0.0.1/version?timeout=32s": dial tcp 10.0.0.1:443: i/o timeout',
    ],
  ] as const)('is an outage of its %s: %s', (kind, message) => {
    expect(comparisonOutage({ type: 'ComparisonError', message })).toBe(kind);
  });

  it.each([
    ['ComparisonError', 'no chart'],
    [
      'ComparisonError',
      `${target}Unknown desc = Manifest generation error (cached): charts/app: app path does not exist`,
    ],
    [
      'ComparisonError',
      `${target}Unknown desc = Manifest generation error (cached): \`helm template . --name-template router\` failed exit status 1: Error: template: app/templates/deployment.yaml:7: connection refused is no value`,
    ],
    [
      'ComparisonError',
      `${target}Unknown desc = failed to unmarshal manifest: error converting YAML to JSON: yaml: line 3: did not find expected key`,
    ],
    ['ComparisonError', `${target}Unknown desc = unable to resolve 'v1.2' to a commit SHA`],
    ['InvalidSpecError', 'authentication required'],
    ['SyncError', `${target}Unknown desc = authentication required`],
  ])('is the app’s own fault: %s %s', (type, message) => {
    expect(comparisonOutage({ type, message })).toBeNull();
  });

  it('is the same cause for apps that differ in names, versions, commits and addresses alone', () => {
    const of = (app: string, sha: string, port: number) =>
      errorCause(
        app,
        `${target}Unknown desc = ${app}: helm failed at ${sha} for "${app}-worker" (127.0.0.1:${port}), source 2 of 3`,
      );
    expect(of('router', 'a'.repeat(40), 4000)).toBe(of('search-api', '0123456789abcdef', 80));
    expect(errorCause('router', 'no chart')).not.toBe(errorCause('router', 'no values'));
    // A short name is part of many words.
    expect(errorCause('a', 'a bad chart')).toContain('bad chart');
    expect(errorCause('x', 'y'.repeat(100_000)).length).toBeLessThan(500);
  });
});
