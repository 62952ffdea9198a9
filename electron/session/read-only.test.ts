import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from './open-session';
import { askAsWindow, type SmallEstate, smallEstate } from './testing/small-estate';

let there: SmallEstate;
let session: Session | null = null;

beforeEach(async () => {
  there = await smallEstate();
});
afterEach(async () => {
  await session?.close();
  session = null;
  await there.close();
});

describe('an estate that is opened for reading', () => {
  it.each([
    { how: 'by --ledger with a URL', mode: 'read-only', inPlace: false },
    { how: 'by --ledger with a folder', mode: 'read-only', inPlace: true },
    { how: 'as a folder that is read where it lies', mode: 'real', inPlace: true },
  ] as const)('$how says so in one sentence everywhere, and nothing writes', async ({ mode, inPlace }) => {
    session = await there.open({ mode, inPlace });
    const opened = session;
    const ask = (name: Parameters<typeof askAsWindow>[1], input: unknown) => askAsWindow(opened, name, input);
    const told = await ask('session.get', {});
    const { readOnlyBecause } = (told.ok ? told.value : {}) as { readOnlyBecause: unknown };
    expect(readOnlyBecause).toEqual(expect.any(String));

    const requestId = crypto.randomUUID();
    const intent = { kind: 'hold', app: 'frontend', environment: 'staging', reason: 'Looking' };
    const refused = { ok: false, failure: { code: 'read-only', message: readOnlyBecause } };
    const started = await ask('operation.start', { intent, seen: [], requestId });
    expect(started).toMatchObject(refused);
    const refresh = { application: 'frontend', environment: 'staging', mode: 'normal' };
    expect(await ask('application.refresh', { ...refresh, requestId: crypto.randomUUID() })).toMatchObject(
      refused,
    );
    expect(await ask('preview.get', intent)).toMatchObject({
      value: {
        findings: expect.arrayContaining([
          expect.objectContaining({ code: 'read-only', level: 'block', message: readOnlyBecause }),
        ]),
      },
    });
    const head = () => execFileSync('git', ['-C', there.repo, 'rev-parse', 'main'], { encoding: 'utf8' });
    const before = head();
    const landed = await opened.ledger.transact(
      { subject: 'Change', operationId: requestId, kind: 'hold', reason: null } as never,
      () => ({ ok: true, value: { files: new Map(), result: null } }) as never,
    );
    expect(landed).toMatchObject(refused);
    // What is said at the next step is the same, too.
    expect(landed.ok ? null : landed.failure).toEqual(started.ok ? null : started.failure);
    expect(head()).toBe(before);
  });

  it('is none where it may be written', async () => {
    session = await there.open({ mode: 'practice' });
    expect(await askAsWindow(session, 'session.get', {})).toMatchObject({ value: { readOnlyBecause: null } });
  });
});
