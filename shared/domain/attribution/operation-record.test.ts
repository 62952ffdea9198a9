import { describe, expect, it } from 'vitest';
import type { Decision } from '../bags/decisions';
import { recordFiles } from '../records/record-change';
import { type Found, readEntry } from '../records/record-entry';
import { type BegunOperation, beginOperation, completeOperation } from './operation-decisions';
import { monthOf, type OperationRecord } from './operation-record';

const operation = '019ad4d0-7c00-7abc-8def-0123456789ab';
const path = `.signalbox/operations/2025-11/${operation}.yaml`;
const base = 'b'.repeat(40);
const commit = 'c'.repeat(40);
const at = '2025-11-30T10:00:00.000Z';
const begun: BegunOperation = {
  operation,
  kind: 'rollback',
  app: 'frontend',
  environment: 'production',
  imageTag: 'v7',
  by: 'Ada',
  email: 'ada@example.invalid',
  at,
  reason: '500s since v8: roll back',
  override: ['migrations'],
  route: 'actions',
  base,
};
const run = { name: 'frontend 7', url: 'https://ci.example/runs/7', startedAt: at, finishedAt: null };

const entry = (text: string): Found<OperationRecord> => {
  const found = readEntry(path, text);
  if (found?.place.kind !== 'operation') throw new Error('no operation');
  return found.found as Found<OperationRecord>;
};
/** The file after a decision. */
function written(decision: Decision, before: string | null = null): string {
  if (decision.kind !== 'change') throw new Error(JSON.stringify(decision));
  const files = recordFiles(decision.changes, (one) => (one === path ? before : null));
  if (!files.ok) throw new Error(files.failure.message);
  expect([...files.value.keys()]).toEqual([path]);
  return files.value.get(path) ?? '';
}

describe('the record of an operation', () => {
  it('lies in the folder of the month that its id was made in', () => {
    expect(monthOf(operation)).toBe('2025-11');
    expect(monthOf(operation.toUpperCase())).toBeNull();
    expect(monthOf(operation.replace('-7abc', '-4abc'))).toBeNull();
    // The last time that 48 bits hold is in the year 10889.
    expect(monthOf('ffffffff-ffff-7000-8000-000000000000')).toBeNull();
    const file = written(beginOperation(null, begun));
    const elsewhere = readEntry(path.replace('2025-11', '2025-12'), file);
    expect(elsewhere?.found).toMatchObject({ ok: false });
  });

  it('is written before anything is started, once, and has no commit', () => {
    const decision = beginOperation(null, begun);
    expect(decision).toMatchObject({
      kind: 'change',
      subject: 'Record: rollback frontend v7 to production through Actions',
    });
    const known = entry(written(decision));
    expect(known).toMatchObject({ ok: true, value: { ...begun, state: 'begun', commit: null, run: null } });
    expect(beginOperation(known, begun).kind).toBe('nothing');
    // The same after a crash, by when main had moved.
    expect(beginOperation(known, { ...begun, base: commit }).kind).toBe('nothing');
    expect(beginOperation(known, { ...begun, app: 'router' })).toMatchObject({
      kind: 'refusal',
      failure: { code: 'conflict' },
    });
    expect(beginOperation(null, { ...begun, operation: 'op-1' })).toMatchObject({
      kind: 'refusal',
      failure: { code: 'invalid-input' },
    });
  });

  it('is completed in place, once, and keeps what it does not know', () => {
    const first = written(beginOperation(null, begun)).replace('reason:', 'ticket: INC-7 # of ours\nreason:');
    const landed = completeOperation(entry(first), { operation, run, at, state: 'landed', commit });
    const second = written(landed, first);
    expect(second).toContain('ticket: INC-7 # of ours\n');
    expect(entry(second)).toMatchObject({
      ok: true,
      value: { ...begun, run, state: 'landed', commit, finishedAt: at },
    });
    const again = (end: Parameters<typeof completeOperation>[1]) => completeOperation(entry(second), end);
    expect(again({ operation, run, at, state: 'landed', commit }).kind).toBe('nothing');
    for (const other of [
      { state: 'landed', commit: 'd'.repeat(40) } as const,
      { state: 'unknown' } as const,
      { state: 'not-landed' } as const,
    ])
      expect(again({ operation, run, at, ...other })).toMatchObject({
        kind: 'refusal',
        failure: { code: 'conflict' },
      });
  });

  it('may learn later what was not known at first', () => {
    const first = written(beginOperation(null, begun));
    const unknown = written(completeOperation(entry(first), { operation, run, at, state: 'unknown' }), first);
    const later = completeOperation(entry(unknown), { operation, run: null, at, state: 'landed', commit });
    expect(entry(written(later, unknown))).toMatchObject({
      ok: true,
      value: { run, state: 'landed', commit },
    });
  });

  it('is not completed where it was never begun, or cannot be read', () => {
    const end = { operation, run, at, state: 'landed', commit } as const;
    expect(completeOperation(null, end)).toMatchObject({ kind: 'refusal', failure: { code: 'not-found' } });
    expect(completeOperation(entry('version: 1\napp: 7\n'), end)).toMatchObject({ kind: 'refusal' });
    const newer = entry(written(beginOperation(null, begun)).replace('version: 1', 'version: 2'));
    expect(newer.newer).toBeDefined();
  });

  it('takes nothing that is no commit, page, version or month', () => {
    const good = written(beginOperation(null, begun));
    expect(entry(good).ok).toBe(true);
    for (const [from, to] of [
      [base, 'HEAD'],
      [base, `--output=x${base}`],
      ['imageTag: v7', 'imageTag: ../v7'],
      ['month: 2025-11', 'month: 2025-13'],
      ['reason: ', `reason: ${'x'.repeat(600)} `],
      ['run: null', 'run: { name: a, url: "javascript:alert(1)", startedAt: null, finishedAt: null }'],
    ] as const) {
      expect(good).toContain(from);
      expect(entry(good.replace(from, () => to)).ok, to).toBe(false);
    }
  });
});
