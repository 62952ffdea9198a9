import { expect, it } from 'vitest';
import type { Diagnostics } from './diagnostics';
import { bytesText, diagnosticsText } from './diagnostics-text';

const taken: Diagnostics = {
  takenAt: '2026-11-30T11:40:00.000Z',
  app: { version: '1.2.3', runtime: 'Electron 45', node: '24', platform: 'linux x64' },
  estate: { name: 'Example', mode: 'real', environments: 3, apps: 14, pipelines: 1 },
  connections: [
    { name: 'Release repo', freshness: { state: 'live', asOf: '2026-11-30T11:39:58.000Z' } },
    {
      name: 'Cluster of staging',
      freshness: {
        state: 'unreachable',
        asOf: null,
        since: '2026-11-30T11:00:00.000Z',
        failure: {
          code: 'unauthorised',
          message: 'The login was refused.',
          meaning: '',
          next: [],
          detail: 'Authorization: Bearer planted-cluster-token at /home/robin/.kube/config',
        },
      },
    },
  ],
  ways: [{ name: 'Argo CD in staging', text: 'through its own server' }],
  history: { state: 'up to date', beginning: null, failure: null },
  operations: [],
  files: { parts: [{ name: 'Copy of the release repo', bytes: 1_234_567 }], free: null },
  notices: [],
  faults: [{ event: 'ledger.not-fetched', level: 'warn', count: 3, lastAt: '2026-11-30T11:30:00.000Z' }],
};

it('says what is there and what is not', () => {
  const text = diagnosticsText(taken, 'the last line', {});
  expect(text).toContain('Release repo: live, last answer 2026-11-30T11:39:58.000Z');
  expect(text).toContain(
    'Cluster of staging: away since 2026-11-30T11:00:00.000Z, never answered: unauthorised',
  );
  expect(text).toContain('## How Argo is seen\nArgo CD in staging: through its own server\n');
  expect(text).toContain('## Open operations\nnone\n');
  expect(text).toContain('Copy of the release repo: 1.2 MB\nleft on the disk: not known');
  expect(text).toContain('warn ledger.not-fetched: 3 times');
  expect(text).toContain('## Log\nthe last line');
});

it('gives no secret and nothing of this computer away', () => {
  const log =
    'https://robin:planted-password@git.example/x ghp_0123456789abcdefghijABCDEFGHIJ012345 /home/robin/x';
  const text = diagnosticsText(taken, log, { '/home/robin': '~', robin: '(user)' });
  for (const planted of [
    'planted-cluster-token',
    'planted-password',
    'ghp_0123456789',
    '/home/robin',
    'robin',
  ])
    expect(text).not.toContain(planted);
  expect(text).toContain('~/.kube/config');
});

it('writes sizes as people read them', () => {
  expect([null, 0, 999, 1000, 123_456_789, 5e12].map(bytesText)).toEqual([
    'not known',
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '123 MB',
    '5.0 TB',
  ]);
});
