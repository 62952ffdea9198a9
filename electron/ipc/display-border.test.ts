import { describe, expect, it } from 'vitest';
import { csvRecords } from '../../shared/domain/history/history-csv';
import { visibleJson } from '../../shared/domain/text/visible-text';
import { parseLogLine } from '../systems/kubernetes/log-lines';
import { dispatch, type Handlers, runStream, type StreamHandlers } from './dispatcher';

/** One cell, as it stands between others. */
const csvCell = (value: string | null): string => csvRecords([['x', value, 'x']]).slice(2, -4);

const name = 'Mallory\u202eyrollaM';
const shown = 'Mallory\\u202EyrollaM';
const ask = (handlers: Partial<Handlers>, procedure: keyof Handlers, input: unknown) =>
  dispatch(
    async () => handlers as Handlers,
    procedure,
    input,
    () => {},
  );

describe('what goes to the window', () => {
  it('has every hidden character written out, in values, names of fields and failures', async () => {
    expect(
      await ask(
        {
          'history.names': () => ({ apps: ['a\u200bb'], environments: [], actors: [name], pipelines: [] }),
        },
        'history.names',
        {},
      ),
    ).toMatchObject({ ok: true, value: { apps: ['a\\u200Bb'], actors: [shown] } });
    expect(
      await ask(
        { 'app.get': ({ app }) => ({ app, sourceUrl: null, cells: [], previous: { [name]: name } }) },
        'app.get',
        { app: 'a' },
      ),
    ).toMatchObject({ value: { previous: { [shown]: shown } } });
    expect(
      await ask(
        {
          'app.get': () => {
            throw new Error(name);
          },
        },
        'app.get',
        { app: 'a' },
      ),
    ).toMatchObject({ failure: { detail: shown } });
  });

  it('means what it was when the window asks for it again', async () => {
    let asked: unknown;
    await ask({ 'app.get': ({ app }) => ({ app, sourceUrl: null, cells: [], previous: {} }) }, 'app.get', {
      app: name,
    });
    await ask(
      {
        'app.get': (input) => {
          asked = input;
          return { app: 'a', sourceUrl: null, cells: [], previous: {} };
        },
      },
      'app.get',
      { app: shown },
    );
    expect(asked).toEqual({ app: name });
  });

  it('is written out in streams, too', async () => {
    const sent: unknown[] = [];
    const handlers: Partial<StreamHandlers> = {
      events: async (_input, send) => send([{ topic: 'app', key: name }]),
    };
    await runStream(
      async () => handlers as StreamHandlers,
      'events',
      {},
      (message) => sent.push(message),
      new AbortController().signal,
      () => {},
    );
    expect(sent).toEqual([[{ topic: 'app', key: shown }]]);
  });

  it('keeps the colours of logs, whose lines are clean when they arrive', async () => {
    const { text } = parseLogLine(Buffer.from(`2026-03-01T10:00:00Z \u001b[31m${name}\u001b[0m`));
    expect(text).toBe(`\u001b[31m${shown}\u001b[0m`);
    const line = { text, at: null };
    const session = '0192f0c1-0000-7000-8000-000000000000';
    expect(await ask({ 'logs.line': () => line }, 'logs.line', { session, id: 0 })).toMatchObject({
      value: line,
    });
  });
});

describe('an export', () => {
  it('shows hidden characters in a table, and loses none in JSON', () => {
    expect(csvCell(name)).toBe(shown);
    expect(csvCell('\u202e=1+1')).toBe('\\u202E=1+1');
    const value = { [name]: ['می\u200c 👩🏽\u200d🚀', 'a\u{e0041}b\ud800c\u0085'] };
    const text = visibleJson(value);
    expect(text).toContain('Mallory\\u202EyrollaM');
    expect(text).toContain('\\uDB40\\uDC41');
    expect(text).toContain('👩🏽\u200d🚀');
    expect(JSON.parse(text)).toEqual(value);
  });
});
