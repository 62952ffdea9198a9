import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CellObservation, maxExcerpt, openObservations } from './observations';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-observations-'));
  file = join(folder, 'kept', 'observations.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const saw = (version: string, what: CellObservation['what'], minute = 0): CellObservation => ({
  app: 'frontend',
  environment: 'production',
  version,
  what,
  at: new Date(1_700_000_000_000 + minute * 60_000).toISOString(),
  source: 'Application frontend',
});

describe('observations', () => {
  it('keeps what was seen, newest first, across starts', () => {
    const store = openObservations(file);
    expect(store.record(saw('v1', 'healthy'))).toBeNull();
    store.record(saw('v2', 'degraded', 1));
    store.close();
    const again = openObservations(file);
    expect(again.notice).toBeNull();
    expect(again.of('frontend', 'production')).toEqual([saw('v2', 'degraded', 1), saw('v1', 'healthy')]);
    expect(again.of('frontend', 'staging')).toEqual([]);
    again.close();
  });

  it('gives the same array as long as nothing was added', () => {
    const store = openObservations(file);
    store.record(saw('v1', 'healthy'));
    const first = store.of('frontend', 'production');
    expect(store.of('frontend', 'production')).toBe(first);
    store.record(saw('v1', 'tests-passed'));
    expect(store.of('frontend', 'production')).not.toBe(first);
    store.close();
  });

  it('keeps a bounded number per cell, the newest', () => {
    const store = openObservations(file);
    for (let i = 0; i < 450; i += 1) store.record(saw(`v${i}`, 'healthy', i));
    store.close();
    const again = openObservations(file);
    const saved = again.of('frontend', 'production');
    expect([saved.length, saved[0]?.version, saved.at(-1)?.version]).toEqual([400, 'v449', 'v50']);
    again.close();
  });

  it('sets a damaged file aside and says so', () => {
    openObservations(file).close();
    rmSync(`${file}-wal`, { force: true });
    writeFileSync(file, Buffer.alloc(9000, 7));
    const store = openObservations(file, () => 5);
    expect(store.notice).toContain('.damaged-5');
    expect(readdirSync(join(folder, 'kept'))).toContain('observations.db.damaged-5');
    store.record(saw('v1', 'healthy'));
    expect(store.of('frontend', 'production')).toHaveLength(1);
    store.close();
  });

  it('keeps what the same test run tells again after a start only once, and the newest end of each log', () => {
    const store = openObservations(file);
    const passed = saw('v1', 'tests-passed');
    store.record(passed);
    store.close();
    const again = openObservations(file);
    again.record(passed);
    expect(again.of('frontend', 'production')).toHaveLength(1);
    again.keepLog({ ...passed, text: 'first' });
    again.keepLog({ ...passed, text: 'second' });
    again.keepLog({ ...passed, source: 'Pod other', text: 'other' });
    const logs = again.logs({ app: 'frontend', environment: 'production', limit: 5 });
    expect(logs.map(({ text }) => text)).toEqual(['other', 'second']);
    again.close();
  });

  it('keeps outcomes by operation and the end of long logs', () => {
    const store = openObservations(file);
    const outcome = {
      operationId: '01',
      app: 'frontend',
      environment: 'production',
      kind: 'deploy',
      version: 'v1',
      state: 'unknown' as const,
      at: '2026-01-01T00:00:00.000Z',
      message: null,
    };
    store.recordOutcome(outcome);
    store.recordOutcome({ ...outcome, state: 'succeeded' });
    expect(store.outcome('01')).toEqual({ ...outcome, state: 'succeeded' });
    expect(store.outcome('02')).toBeNull();
    store.keepLog({ ...saw('v1', 'healthy'), text: `${'x'.repeat(maxExcerpt)}the end` });
    const [log] = store.logs({ app: 'frontend', environment: 'production', limit: 5 });
    expect([log?.text.length, log?.text.endsWith('the end')]).toEqual([maxExcerpt, true]);
    store.close();
  });
});
