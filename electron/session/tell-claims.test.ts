import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Claim } from '../../shared/domain/attribution/claims';
import { openArchive } from '../archive/archive-store';
import { toldClaims } from './tell-claims';

const claim: Claim = {
  source: 'journal',
  operation: 'op-1',
  kind: 'deploy',
  app: 'frontend',
  environment: 'staging',
  version: 'v1',
  by: 'Ada',
  reason: null,
  override: [],
  route: 'actions',
  run: null,
  base: 'b'.repeat(40),
  commit: 'c'.repeat(40),
  earliest: null,
  latest: null,
};
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claims-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let counted = 0;
it('tells the history all that is known once, then what is news, also of what the journal has forgotten', async () => {
  const told: (readonly Claim[])[] = [];
  let journal = [claim];
  const open = () => {
    const archive = openArchive(join(folder, 'kept.sqlite'), () => 1);
    const claims = toldClaims({
      engine: { claims: () => journal },
      archive,
      history: {
        tell: async (all) => {
          told.push(all);
          return null;
        },
      },
      now: () => '2026-01-01T00:00:00Z',
      onFailure: (failure) => expect(failure).toBeNull(),
      onTold: () => {
        counted += 1;
      },
      onRefused: (error) => expect(error).toBeNull(),
    });
    return { claims, archive };
  };
  const first = open();
  first.claims.tell();
  first.claims.tell();
  expect(told).toEqual([[claim]]);
  const run: Claim = { ...claim, source: 'run', operation: null, by: 'hub' };
  first.claims.tell([run]);
  expect(told.at(-1)).toEqual([claim, run]);
  first.archive.close();

  journal = [];
  const second = open();
  second.claims.tell();
  expect(told.at(-1)).toEqual([claim, run]);
  expect(told).toHaveLength(3);
  await expect.poll(() => counted).toBe(3);
  second.archive.close();
});
