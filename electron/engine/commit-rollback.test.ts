import { describe, expect, it } from 'vitest';
import { type Estate, estateSchema } from '../../shared/domain/estate/estate';
import type { HoldRecord } from '../../shared/domain/hold/hold-record';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { LedgerFile, Snapshot } from '../ledger/ledger';
import { goBack } from './commit-rollback';
import { ledgerReader } from './ledger-reader';
import type { StepContext } from './operation-context';

const estate: Estate = estateSchema.parse({
  name: 'test',
  ledger: { url: '/repo' },
  environments: [{ name: 'staging' }, { name: 'production', tier: 'production' }],
  pipelines: [{ kind: 'apps', name: 'apps', environments: ['staging', 'production'] }],
});
const reader = ledgerReader(estate, () => ({ name: 'Ada Morrow', email: 'ada@example.invalid' }));
const pathIn = (environment: string): string => reader.layout.path({ environment, app: 'frontend' });
const whole = 'image_tag: v2\nautomatic_deploys_enabled: true\npromote_deployment: true\n';

/** The change of a rollback to v1 in production, on a repo that holds these files. */
function rollBack(files: Record<string, string>) {
  const snapshot = {
    commit: 'c',
    file: (path: string): LedgerFile | undefined =>
      files[path] === undefined
        ? undefined
        : { path, blob: path, text: files[path], encoding: 'utf-8', executable: false },
    list: (prefix: string) => Object.keys(files).filter((path) => path.startsWith(prefix)),
    problems: [],
  } as unknown as Snapshot;
  const intent: Extract<AppIntent, { kind: 'rollback' }> = {
    kind: 'rollback',
    app: 'frontend',
    environment: 'production',
    version: 'v1',
    expected: 'v2',
  };
  const context = {
    id: 'op-1',
    intent,
    record: () => ({ operation: { requestedAt: '2026-03-01T10:00:00Z' } }),
    world: { estate, reader, identity: () => ({ name: 'Ada Morrow' }) },
  } as unknown as StepContext<typeof intent>;
  const made = goBack(snapshot, context);
  if ('failure' in made) return made;
  expect(made.records.map(({ path }) => path)).toEqual(['.signalbox/freezes/production/frontend.yaml']);
  const hold = made.records[0]?.value as HoldRecord;
  return { files: made.files, changed: hold.changed.map((one) => one.environment) };
}

describe('the one commit of a rollback', () => {
  it('sets the version, and shuts the gate in the environment before', () => {
    expect(rollBack({ [pathIn('staging')]: whole, [pathIn('production')]: whole })).toMatchObject({
      files: new Map([
        [
          pathIn('production'),
          'image_tag: v1\nautomatic_deploys_enabled: false\npromote_deployment: false\n',
        ],
        [pathIn('staging'), 'image_tag: v2\nautomatic_deploys_enabled: false\npromote_deployment: true\n'],
      ]),
      changed: ['production', 'staging'],
    });
  });
  it('brings the service back even where the gate\u2019s file is broken: the hold then covers what it can', () => {
    const made = rollBack({ [pathIn('staging')]: 'image_tag: [v2\n', [pathIn('production')]: whole });
    expect(made).toMatchObject({ changed: ['production'] });
    expect('files' in made && [...made.files.keys()]).toEqual([pathIn('production')]);
  });
  it('is refused where the file of the environment itself is broken', () => {
    expect(rollBack({ [pathIn('staging')]: whole, [pathIn('production')]: '- v2\n' })).toMatchObject({
      failure: { code: 'bad-data' },
    });
  });
});
