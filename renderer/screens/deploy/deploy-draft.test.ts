import { describe, expect, it } from 'vitest';
import type { Preview } from '../../../shared/contract/operations';
import type { Finding } from '../../../shared/domain/preflight/finding';
import { type Draft, forPreview, forStart, intentOf, sendBlockedBecause } from './deploy-draft';

const draft = (change: Partial<Draft> = {}): Draft => ({
  request: { kind: 'deploy', app: 'router', environment: 'staging' },
  environment: 'staging',
  version: 'v9',
  reason: '',
  syncs: [],
  route: null,
  confirmed: false,
  ...change,
});
const finding = (level: Finding['level'], overridable = true): Finding => ({
  code: level === 'warn' ? 'migration' : 'other',
  level,
  message: `It is at ${level}.`,
  evidence: 'e',
  overridable,
});
const blocked = (findings: Finding[] | null, change: Partial<Draft> = {}, readOnly: string | null = null) => {
  const now = draft(change);
  const intent = intentOf(now, 'integration', 'v8');
  const preview = findings && ({ intent, findings } as unknown as Preview);
  return sendBlockedBecause({ draft: now, intent, preview, previewFailed: false, readOnlyBecause: readOnly });
};

describe('what the sheet sends', () => {
  it('is an intent once environment and version are picked', () => {
    expect(intentOf(draft(), null, 'v8')).toEqual({
      kind: 'deploy',
      app: 'router',
      environment: 'staging',
      version: 'v9',
      expected: 'v8',
    });
    expect(intentOf(draft({ version: null }), null, 'v8')).toBeNull();
    expect(intentOf(draft({ environment: null }), null, 'v8')).toBeNull();
  });
  it('is a promotion only when it is known where from', () => {
    const promote = draft({ request: { kind: 'promote', app: 'router', environment: 'staging' } });
    expect(intentOf(promote, null, 'v8')).toBeNull();
    expect(intentOf(promote, 'integration', 'v8')).toMatchObject({ kind: 'promote', from: 'integration' });
  });
  it('asks for no new preview while a reason is typed', () => {
    const typed = intentOf(draft({ reason: 'why' }), null, 'v8');
    expect(forPreview(typed)).toEqual(forPreview(intentOf(draft(), null, 'v8')));
    const hold = (reason: string) =>
      intentOf(
        draft({ request: { kind: 'hold', app: 'router', environment: 'staging' }, reason }),
        null,
        'v8',
      );
    expect(forPreview(hold('a'))).toEqual(forPreview(hold('')));
  });
  it('is nothing before it is chosen what happens to a sync in the way, whatever reason is typed', () => {
    const asked = (choice: 'terminate' | null): Finding => ({
      ...finding(choice === null ? 'warn' : 'info'),
      code: 'sync-running',
      sync: { application: 'router', startedAt: null, choice },
    });
    const open = 'Choose what to do about the running sync: terminate it, or wait for it to end.';
    expect(blocked([asked(null)])).toBe(open);
    expect(blocked([asked(null)], { reason: 'It fails' })).toBe(open);
    expect(blocked([asked('terminate')])).toBeNull();
  });
  it('names the codes that are overridden, and none when nothing is in the way', () => {
    const intent = intentOf(draft(), null, 'v8');
    if (!intent) throw new Error('no intent');
    expect(forStart(intent, [finding('warn'), finding('warn'), finding('pass')])).toMatchObject({
      override: ['migration'],
    });
    expect(forStart(intent, [finding('pass'), finding('info')])).not.toHaveProperty('override');
  });
});

describe('why it cannot be sent', () => {
  it('is what is missing, in the order in which one meets it', () => {
    expect(blocked([], {}, 'Read-only.')).toBe('Read-only.');
    expect(blocked([], { environment: null })).toMatch(/environment/);
    expect(blocked([], { version: null })).toMatch(/version/);
    expect(blocked(null)).toMatch(/still running/);
    expect(blocked([finding('pass')])).toBeNull();
  });
  it('is a reason where something is in the way; unknown is in the way too', () => {
    for (const level of ['warn', 'unknown', 'block'] as const) {
      expect(blocked([finding(level)])).toMatch(/reason/);
      expect(blocked([finding(level)], { reason: '  ' })).toMatch(/reason/);
      expect(blocked([finding(level)], { reason: 'because' })).toBeNull();
    }
  });
  it('is what nothing may override, whatever is typed', () => {
    expect(blocked([finding('block', false)], { reason: 'because' })).toBe('It is at block.');
  });
});
