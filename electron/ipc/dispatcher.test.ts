import { describe, expect, it, vi } from 'vitest';
import type { operationProcedures } from '../../shared/contract/operations';
import { usualDesktop } from '../../shared/contract/session';
import { defaultBoardSettings } from '../../shared/domain/board/board-view';
import { FailureError } from '../../shared/domain/failure/failure';
import { dispatch, type Handlers, type HandlersOf, runStream, type StreamHandlers } from './dispatcher';

const settings = {
  colourScheme: 'auto',
  signCommits: false,
  notifications: true,
  board: defaultBoardSettings,
  desktop: usualDesktop,
  identity: { name: 'Rehearsal', email: 'r@example.org' },
} as const;
const handlers = (overrides: Partial<Handlers>) => async (): Promise<Handlers> => overrides as Handlers;

describe('a procedure of the contract', () => {
  it('wants a handler and a fixture, or nothing compiles', () => {
    const { 'board.get': _board, ...some } = {} as Handlers;
    // @ts-expect-error a handler is missing
    const handlers: Handlers = some;
    const { 'operation.list': _list, ...fewer } = {} as HandlersOf<typeof operationProcedures>;
    // @ts-expect-error a handler of the family is missing
    const family: HandlersOf<typeof operationProcedures> = fewer;
    expect([handlers, family]).toEqual([{}, {}]);
  });
});

describe('a call over the border', () => {
  it('refuses input that the contract does not allow, without calling the handler', async () => {
    const handler = vi.fn();
    const answer = await dispatch(handlers({ 'app.get': handler }), 'app.get', { app: '' }, () => {});
    expect(answer).toMatchObject({ ok: false, failure: { code: 'invalid-input' } });
    expect(handler).not.toHaveBeenCalled();
  });

  it('lets nothing out that the contract does not name', async () => {
    const answer = await dispatch(
      handlers({ 'settings.get': () => ({ ...settings, token: 'secret' }) as never }),
      'settings.get',
      {},
      () => {},
    );
    expect(answer).toEqual({ ok: true, value: settings });
  });

  it('reports an answer of the wrong shape as a fault', async () => {
    const report = vi.fn();
    const answer = await dispatch(
      handlers({ 'settings.get': () => ({}) as never }),
      'settings.get',
      {},
      report,
    );
    expect(answer).toMatchObject({ ok: false, failure: { code: 'internal' } });
    expect(report).toHaveBeenCalledOnce();
  });

  it('does not tell an action as not done because its answer has the wrong shape', async () => {
    const answer = await dispatch(
      handlers({ 'operation.cancel': () => ({}) as never }),
      'operation.cancel',
      { operationId: 'x' },
      () => {},
    );
    expect(answer).toMatchObject({ failure: { code: 'unknown-outcome' } });
    expect(JSON.stringify(answer)).not.toContain('Nothing was done');
  });

  it('passes an expected failure through and does not report it', async () => {
    const report = vi.fn();
    const failure = { code: 'busy', message: 'm', meaning: 'n', next: [] } as const;
    const thrower = () => {
      throw new FailureError({ ...failure, next: [] });
    };
    const answer = await dispatch(handlers({ 'settings.get': thrower }), 'settings.get', {}, report);
    expect(answer).toEqual({ ok: false, failure });
    expect(report).not.toHaveBeenCalled();
  });

  it('opens only https links', async () => {
    const open = vi.fn(() => ({}));
    for (const url of [
      'http://example.org',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'app://signalbox/',
      'nonsense',
    ]) {
      const answer = await dispatch(
        handlers({ 'shell.open-external': open }),
        'shell.open-external',
        { url },
        () => {},
      );
      expect(answer.ok, url).toBe(false);
    }
    expect(open).not.toHaveBeenCalled();
    await dispatch(
      handlers({ 'shell.open-external': open }),
      'shell.open-external',
      { url: 'https://example.org/' },
      () => {},
    );
    expect(open).toHaveBeenCalledOnce();
  });
});

describe('a stream over the border', () => {
  const never = new AbortController().signal;
  it('tells why it was not opened', async () => {
    expect(
      await runStream(
        async () => ({}) as StreamHandlers,
        'logs',
        { pod: 1 },
        () => {},
        never,
        () => {},
      ),
    ).toMatch(/not allowed/);
  });
  it('sends nothing that the contract does not name, and reports what does not fit', async () => {
    const sent: unknown[] = [];
    const report = vi.fn();
    const stream: StreamHandlers['export'] = async (_, send) => {
      send({ type: 'progress', done: 1, total: null, token: 'secret' } as never);
      send({ type: 'progress', done: 'one' } as never);
      send({ type: 'not-chosen' });
    };
    const filter = { format: 'csv', filter: {} };
    const handlersOf = async () => ({ export: stream }) as StreamHandlers;
    expect(await runStream(handlersOf, 'export', filter, (one) => sent.push(one), never, report)).toBeNull();
    expect(sent).toEqual([{ type: 'progress', done: 1, total: null }, { type: 'not-chosen' }]);
    expect(report).toHaveBeenCalledOnce();
  });
  it('ends quietly when it is closed, whatever the handler throws then', async () => {
    const controller = new AbortController();
    const events: StreamHandlers['events'] = async () => {
      controller.abort();
      throw new Error('closed');
    };
    expect(
      await runStream(
        async () => ({ events }) as StreamHandlers,
        'events',
        {},
        () => {},
        controller.signal,
        () => {},
      ),
    ).toBeNull();
  });
});
