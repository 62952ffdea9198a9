/** The search of `planted-secrets.test.ts` finds what it looks for: the same once more, with nothing that hides. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { usePlanted } from './testing/planted-secrets';

vi.mock('../log/known-secrets', () => ({
  rememberSecret: () => undefined,
  hideSecrets: (text: string) => text,
  hideSecretsIn: (value: unknown) => value,
}));
vi.mock('../../shared/domain/text/redact', () => ({
  redact: (text: string) => text,
  isSecretName: () => false,
}));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-shown-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

it('secrets are found where nothing hides them', async () => {
  const { found } = await usePlanted(folder);
  const whose = new Set(found.map((line) => line.slice(0, line.indexOf(' in '))));
  expect([...whose].sort()).toEqual(expect.arrayContaining(['argo', 'exec', 'github', 'kubeconfig']));
  expect(found.join('\n')).toMatch(/ in the answer to /);
  expect(found.join('\n')).toMatch(/ in logs\/main\.log| in the diagnostics/);
});
