import { describe, expect, it } from 'vitest';
import { ledgerEventBetween, ledgerPlace, readLedgerRecord } from './ledger-events';

const place = (inside: string) => ledgerPlace(`.signalbox/${inside}`);
const between = (inside: string, before: string | null, after: string | null) =>
  ledgerEventBetween(
    place(inside)?.kind ?? 'other',
    before === null ? null : readLedgerRecord(before),
    after === null ? null : readLedgerRecord(after),
  );

describe('a freeze in the history', () => {
  const freeze = (begun: string, until = 'null', more = '') =>
    `version: 1\noperation: op-1\napp: null\nenvironment: production\npipeline: null\nreason: Budget day\nfrom: "2026-11-27T15:00:00.000Z"\nuntil: ${until}\nbegun: ${begun}\n${more}`;
  const asked =
    'asked:\n  operation: op-1\n  by: Ada\n  at: "2026-11-27T15:00:00.000Z"\n  files:\n    staging/a: true\n';
  const lifted = 'lifted:\n  operation: op-2\n  by: Ada\n  at: "2026-11-27T15:00:00.000Z"\n';
  const at = '"2026-11-27T15:00:00.000Z"';
  const file = 'freezes/op-1.yaml';

  it.each([
    ['is set and begins at once', null, freeze(at), 'frozen'],
    ['is planned, or asked for', null, freeze('null', 'null', asked), 'freeze-set'],
    ['that is planned is moved', freeze('null'), freeze('null', at), 'freeze-set'],
    ['is asked for', freeze('null'), freeze('null', 'null', asked), null],
    ['that was planned begins', freeze('null'), freeze(at), 'frozen'],
    ['whose review is over begins', freeze('null', 'null', asked), freeze(at), 'frozen'],
    ['has its end moved', freeze(at), freeze(at, at), 'freeze-changed'],
    ['takes in an app', freeze(at), freeze(at, 'null', 'changed:\n  staging/b: true\n'), 'freeze-changed'],
    ['asks for an app', freeze(at), freeze(at, 'null', asked), null],
    ['is lifted', freeze(at), null, 'freeze-lifted'],
    ['is lifted, and its flags follow', freeze(at), freeze(at, 'null', lifted), 'freeze-lifted'],
    ['was lifted, and its flags came', freeze(at, 'null', lifted), null, null],
    ['was lifted, which is withdrawn', freeze(at, 'null', lifted), freeze(at), 'frozen'],
    ['is taken away before it began', freeze('null'), null, 'freeze-lifted'],
  ])('%s', (_, before, after, event) => {
    expect(between(file, before, after)).toBe(event);
  });

  it('ends by itself, as the commit says', () => {
    const ends = (subject: string) =>
      ledgerEventBetween('freeze', readLedgerRecord(freeze(at, at)), null, subject);
    expect(ends('Freeze of production ended, set by Ada Morrow until 2026-11-27 15:00 UTC')).toBe('unfrozen');
    expect(ends('Lift the freeze of production')).toBe('freeze-lifted');
  });

  it('is of what it freezes, which its path does not say', () => {
    expect(readLedgerRecord(freeze(at))).toMatchObject({
      scope: { app: '', environment: 'production', pipeline: null },
      reason: 'Budget day',
      operation: 'op-1',
    });
  });
});

describe('files of the ledger in the history', () => {
  it('tells from the path what a file is about', () => {
    expect(place('freezes/production/frontend.yaml')).toEqual({
      kind: 'freeze',
      app: 'frontend',
      environment: 'production',
      pipeline: null,
      version: null,
    });
    expect(place('locks/notify/staging.yaml')).toMatchObject({
      kind: 'lock',
      pipeline: 'notify',
      environment: 'staging',
    });
    expect(place('passes/notify/staging/12.0192f0c1-aa.yaml')).toMatchObject({ kind: 'pass', version: '12' });
    expect(place('bad/notify/services/api/v1.2.3.yaml')).toMatchObject({
      kind: 'bad',
      app: 'api',
      version: 'v1.2.3',
    });
    expect(place('policy/notify/autopilot.yaml')).toMatchObject({ kind: 'autopilot', environment: '' });
    expect(place('policy/notify/services/api.yaml')).toMatchObject({ kind: 'pin', app: 'api' });
    expect(place('policy/notify/cutoffs/staging.yaml')).toBeNull();
    expect(place('freezes/of/tomorrow/frontend.yaml')).toMatchObject({ kind: 'other' });
    expect(place('something/quite/new.json')).toMatchObject({ kind: 'other', pipeline: null });
    expect(place('locks/.gitkeep')).toBeNull();
    expect(ledgerPlace('charts/locks/notify/staging.yaml')).toBeNull();
  });

  it('tells a lock by its holder, whose file stays when it is released', () => {
    const free = 'token: 3\nheld: null\n';
    const held = (token: number, more = '') =>
      `token: ${token}\nheld:\n  by: Ada\n  operation: op-${token}\n${more}`;
    expect(between('locks/n/s.yaml', null, held(1))).toBe('locked');
    expect(between('locks/n/s.yaml', held(3), held(3, '  bag: 7\n'))).toBeNull();
    expect(between('locks/n/s.yaml', held(3), free)).toBe('unlocked');
    expect(between('locks/n/s.yaml', free, null)).toBeNull();
    expect(between('locks/n/s.yaml', held(3), held(4))).toBe('locked');
    expect(between('locks/n/s.yaml', held(3), null)).toBe('unlocked');
    expect(between('locks/n/s.yaml', null, 'by: Ada\n')).toBe('locked');
  });

  it('tells of bags: packed, started, failed, passed', () => {
    expect(between('bags/n/7.yaml', null, 'bag: 7\n')).toBe('bag-packed');
    expect(between('deployments/n/s/7.x.yaml', null, 'state: deploying\n')).toBe('bag-started');
    expect(between('deployments/n/s/7.x.yaml', 'state: deploying\n', 'state: testing\n')).toBeNull();
    expect(between('deployments/n/s/7.x.yaml', 'state: testing\n', 'state: test-failed\n')).toBe(
      'bag-failed',
    );
    expect(between('passes/n/s/7.x.yaml', null, 'bag: 7\n')).toBe('bag-passed');
  });

  it('reads what a newer Signalbox writes as far as it is known', () => {
    const held =
      'version: 2\nfuture: [1]\ntoken: 3\nheld:\n  kind: scheduled\n  operation: o\n  reason: why\n';
    expect(between('locks/n/s.yaml', 'version: 1\ntoken: 2\nheld: null\n', held)).toBe('locked');
    expect(readLedgerRecord(held)).toMatchObject({ reason: 'why', operation: 'o', version: null });
    expect(
      between('deployments/n/s/7.x.yaml', 'state: testing\n', 'version: 2\nstate: verifying\n'),
    ).toBeNull();
    expect(between('deployments/n/s/7.x.yaml', null, 'version: 2\nstate: verifying\n')).toBe('bag-started');
    expect(between('policy/n/autopilot.yaml', 'on: true\n', 'version: 2\non: false\n')).toBe('autopilot-off');
  });

  it('reads any text, and what it does not know is still an event', () => {
    for (const text of ['', '\0\uffff', '- a\n- b\n', 'a: &a [*a]\n', '{', 'reason: ""\n'])
      expect(readLedgerRecord(text)).toMatchObject({ reason: null, state: null, on: null });
    expect(readLedgerRecord('held:\n  reason: why\n  bag: 4\n')).toMatchObject({
      reason: 'why',
      version: '4',
    });
    // The version of the record itself is none of a thing.
    expect(readLedgerRecord('version: 1\npipeline: n\ntoken: 1\nheld: null\n')).toMatchObject({
      version: null,
    });
    expect(readLedgerRecord('version: 1\napp: a\nimageTag: v7\n')).toMatchObject({ version: 'v7' });
    expect(readLedgerRecord('app: a\nversion: v7\n')).toMatchObject({ version: 'v7' });
    expect(between('notes/x.yaml', 'a', 'b')).toBe('ledger-changed');
    expect(between('policy/n/autopilot.yaml', null, 'on: false\n')).toBe('autopilot-off');
    expect(between('policy/n/autopilot.yaml', 'on: false\n', null)).toBe('autopilot-on');
  });
});
