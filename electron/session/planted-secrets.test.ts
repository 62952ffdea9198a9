import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planted, usePlanted } from './testing/planted-secrets';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-planted-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

it('secrets are nowhere, though servers repeat all that they are sent', async () => {
  const { sent, found } = await usePlanted(folder);
  expect(sent.sort()).toEqual(Object.keys(planted).sort());
  expect(found).toEqual([]);
});
