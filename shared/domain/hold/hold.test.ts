import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editImageTagFile } from '../ledger/image-tag-edit';
import { readImageTagFile } from '../ledger/image-tag-file';
import { put, recordFiles } from '../records/record-change';
import { readEntry } from '../records/record-entry';
import { recordPath } from '../records/record-paths';
import { claimsOn, releaseFlags } from './flag-claims';
import { holdPlan, withoutFlag } from './hold-plan';
import type { HoldRecord } from './hold-record';

const chain = ['integration', 'staging', 'production'];
const beforeOf = (environment: string): string | null => chain[chain.indexOf(environment) - 1] ?? null;

const record = (environment: string, changed: HoldRecord['changed']): HoldRecord => ({
  app: 'frontend',
  environment,
  by: 'Ada',
  since: '2026-01-01T00:00:00.000Z',
  reason: 'incident: "500s" # not a comment',
  operation: '01',
  imageTag: '1e3',
  changed,
});

/** A ledger of flags and holds, with the two actions as the engine does them. */
class Ledger {
  flags: Record<string, boolean | null>;
  holds: HoldRecord[] = [];
  constructor(flags: Record<string, boolean | null>) {
    this.flags = { ...flags };
  }
  flag = (environment: string): boolean | null | undefined => this.flags[environment];
  others = (environment: string): HoldRecord[] => this.holds.filter((one) => one.environment !== environment);
  hold(environment: string): void {
    if (this.holds.some((one) => one.environment === environment)) return;
    const claims = claimsOn('frontend', this.holds, []);
    const changed = holdPlan(environment, beforeOf(environment), this.flag, claims);
    for (const one of changed) this.flags[one.environment] = false;
    this.holds.push(record(environment, changed));
  }
  release(environment: string): void {
    const hold = this.holds.find((one) => one.environment === environment);
    if (!hold) return;
    const others = claimsOn('frontend', this.others(environment), []);
    for (const one of releaseFlags(claimsOn('frontend', [hold], []), this.flag, others).restore)
      this.flags[one.environment] = one.to;
    this.holds = this.others(environment);
  }
}

describe('holds', () => {
  it('give every file back what it said, in whatever order they overlap', () => {
    const action = fc.record({ hold: fc.boolean(), environment: fc.constantFrom(...chain) });
    const flags = fc.record({
      integration: fc.constantFrom(true, false, null),
      staging: fc.constantFrom(true, false, null),
      production: fc.constantFrom(true, false, null),
    });
    fc.assert(
      fc.property(flags, fc.array(action, { maxLength: 20 }), (original, actions) => {
        const ledger = new Ledger(original);
        for (const { hold, environment } of actions) {
          if (hold) ledger.hold(environment);
          else ledger.release(environment);
          for (const one of ledger.holds) {
            expect(ledger.flags[one.environment]).toBe(false);
            const before = beforeOf(one.environment);
            if (before) expect(ledger.flags[before]).toBe(false);
          }
        }
        for (const environment of chain) ledger.release(environment);
        expect(ledger.flags).toEqual(original);
      }),
    );
  });

  it('leave alone what somebody switched on meanwhile', () => {
    const ledger = new Ledger({ integration: true, staging: true, production: true });
    ledger.hold('production');
    ledger.flags.staging = true;
    const plan = releaseFlags(claimsOn('frontend', ledger.holds, []), ledger.flag, []);
    expect(plan.restore).toEqual([{ environment: 'production', to: true }]);
    expect(plan.kept).toEqual([{ environment: 'staging', because: 'somebody has already switched it on' }]);
  });

  it('are read back as they were written', () => {
    const hold = record('production', [{ environment: 'staging', automatic_deploys_enabled: null }]);
    const path = recordPath('hold', hold);
    expect(path).toBe('.signalbox/freezes/production/frontend.yaml');
    const written = recordFiles([put('hold', hold)], () => null);
    const text = (written.ok && written.value.get(path)) || '';
    expect(text).toMatch(/^version: 1\n/);
    const found = (said: string) => readEntry(path, said)?.found;
    expect(found(text)).toEqual({ ok: true, value: hold });
    expect(found('app: [')).toMatchObject({ ok: false });
    expect(found('app: frontend')).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('environment') },
    });
  });

  it('take a key away again that was not there', () => {
    for (const text of [
      'image_tag: v1\n',
      'image_tag: v1',
      'image_tag: v1\r\n',
      '# why\nimage_tag: v1 # x\n',
    ]) {
      const edited = editImageTagFile(text, { automaticDeploys: false });
      if (!edited.ok) throw new Error(edited.problem.reason);
      expect(readImageTagFile(edited.text).automaticDeploys).toBe(false);
      expect(withoutFlag(edited.text)).toBe(text);
    }
    expect(withoutFlag('image_tag: v1\nautomatic_deploys_enabled: true\n')).toBeNull();
  });
});
