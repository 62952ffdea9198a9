import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationEvent } from '../../shared/domain/operation/operation-events';
import { openJournal } from './journal';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'signalbox-journal-'));
  file = path.join(folder, 'journal.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = '2026-01-01T00:00:00.000Z';
const requested = (id: string): OperationEvent => ({
  type: 'requested',
  at,
  id,
  intent: { kind: 'hold', app: 'frontend', environment: 'production', reason: 'incident' },
  actor: 'Ada',
  seen: [],
});
const finished: OperationEvent = { type: 'finished', at, state: 'succeeded', failure: null };

describe('the journal', () => {
  it('says when the process before was last alive, whatever was appended then', () => {
    let time = '2026-01-01T00:00:00.000Z';
    const first = openJournal(file, () => new Date(time));
    expect(first.aliveBefore).toBeNull();
    first.append('01', requested('01'), true);
    time = '2026-01-01T00:05:00.000Z';
    first.close();
    time = '2026-01-01T00:06:00.000Z';
    const second = openJournal(file, () => new Date(time));
    expect(second.aliveBefore).toBe('2026-01-01T00:05:00.000Z');
    second.close();
  });

  it('gives back what was appended, in order', () => {
    const journal = openJournal(file);
    journal.append('01', requested('01'), true);
    journal.append('02', requested('02'), true);
    journal.append('01', finished, true);
    journal.close();
    const again = openJournal(file);
    expect(again.notice).toBeNull();
    expect(again.read()).toEqual([
      { id: '01', events: [requested('01'), finished], damaged: false },
      { id: '02', events: [requested('02')], damaged: false },
    ]);
    again.close();
  });

  it('sets a damaged file aside, says so, and begins again', () => {
    writeFileSync(file, Buffer.concat([Buffer.from('SQLite format 3\u0000'), Buffer.alloc(8_000, 7)]));
    const journal = openJournal(file);
    expect(journal.notice).toContain('moved to');
    expect(journal.read()).toEqual([]);
    journal.append('01', requested('01'), true);
    journal.close();
    expect(readdirSync(folder).some((name) => name.includes('.damaged-'))).toBe(true);
    const again = openJournal(file);
    expect(again.notice).toBeNull();
    expect(again.read()).toHaveLength(1);
    again.close();
  });

  it('is open in one process at a time', () => {
    const journal = openJournal(file);
    journal.append('01', requested('01'), true);
    expect(() => openJournal(file)).toThrowError(/Another Signalbox/);
    journal.close();
    openJournal(file).close();
  });

  it('keeps excerpts, not logs, and only so many operations', () => {
    const journal = openJournal(file);
    for (let index = 0; index < 520; index++) {
      journal.append(String(index), requested(String(index)), false);
      if (index > 0) journal.append(String(index), finished, false);
    }
    journal.append('0', { type: 'progress', at, step: 'sync', saw: 'x'.repeat(100_000) }, false);
    journal.close();
    const again = openJournal(file);
    const entries = again.read();
    // The one that is still open stays, however old.
    expect(entries[0]?.id).toBe('0');
    expect(entries).toHaveLength(501);
    const [, progress] = entries[0]?.events ?? [];
    expect(JSON.stringify(progress).length).toBeLessThan(3_000);
    again.close();
  });

  it('never forgets an emergency rollback or what put it back, however old', () => {
    const asked = {
      app: 'frontend',
      environment: 'production',
      version: 'v1',
      expected: 'v2',
      reason: 'incident',
    };
    const past: OperationEvent[] = [
      { ...requested('debt'), intent: { kind: 'emergency-rollback', ...asked } } as OperationEvent,
      { ...requested('paid'), intent: { kind: 'reconcile', ...asked, debt: 'debt' } } as OperationEvent,
    ];
    const journal = openJournal(file);
    for (const [index, id] of ['debt', 'paid'].entries()) {
      journal.append(id, past[index] as OperationEvent, false);
      journal.append(id, finished, false);
    }
    for (let index = 0; index < 520; index++) {
      journal.append(String(index), requested(String(index)), false);
      journal.append(String(index), finished, false);
    }
    journal.close();
    const again = openJournal(file);
    expect(again.read().map(({ id }) => id)).toEqual(expect.arrayContaining(['debt', 'paid']));
    expect(again.read()).toHaveLength(502);
    again.close();
  });
});
