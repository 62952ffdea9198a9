import { expect, type Page } from '@playwright/test';
import fc from 'fast-check';
import { z } from 'zod';
import { procedures, streams } from '../shared/contract/contract';
import { type procedureNames as Names, procedureNames, streamNames } from '../shared/contract/names';
import type { Practice } from './practice';
import { ask } from './screen';

/** What came of the calls. */
export interface FuzzReport {
  /** Calls that reached main. */
  sent: number;
  /** Of them, by the code of the answer: `ok`, or the failure's. */
  answers: Readonly<Record<string, number>>;
  /** Calls that main answered with a fault of its own, or that never ended: none are right. */
  faults: readonly string[];
}

/** Texts that mean something to a shell, a path, a URL, a database, a parser or a screen. */
const hostileTexts = [
  '',
  '\u0000',
  '../../../../etc/passwd',
  '/etc/passwd',
  '-oProxyCommand=touch /tmp/x',
  '--upload-pack=touch /tmp/x',
  '$(touch /tmp/x)',
  '`id`',
  "'; drop table events; --",
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  'toString',
  '\u202egnp.exe',
  '\ud800',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'https://user:pass@example.org/',
  'refs/heads/../main',
  '{"$ref":"#"}',
  '(?:a+)+$',
  'x'.repeat(100_000),
];
/** Names of the practice estate, so that some calls get further than the door. */
const knownTexts = [
  'frontend',
  'publishing-api',
  'production',
  'staging',
  'govuk',
  'v1',
  '2026-01-01T00:00:00Z',
];

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constantFrom<unknown>(null, undefined, true, 0, -0, -1, 2 ** 53, Number.NaN, Infinity, [], {}),
  fc.string(),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.jsonValue(),
  fc.array(fc.constantFrom(...hostileTexts), { maxLength: 50 }),
  fc.constant(JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}')),
  fc.constant(Array.from({ length: 2_000 }, (_, index) => index)),
  fc.nat({ max: 200 }).map((depth) => {
    let value: unknown = 'deep';
    for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { next: value };
    return value;
  }),
);

/** Values that look as a schema wants them, with something wrong in them here and there. */
function near(schema: unknown): fc.Arbitrary<unknown> {
  const at = (typeof schema === 'object' && schema ? schema : {}) as Record<string, unknown>;
  const list = (name: string): unknown[] => (Array.isArray(at[name]) ? (at[name] as unknown[]) : []);
  const spoilt = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 5, arbitrary: good }, { weight: 1, arbitrary: junk });
  if (list('enum').length > 0) return spoilt(fc.constantFrom(...list('enum')));
  if ('const' in at) return spoilt(fc.constant(at.const));
  const several = [...list('anyOf'), ...list('oneOf')];
  if (several.length > 0) return fc.oneof(...several.map(near));
  switch (at.type) {
    case 'string':
      return spoilt(fc.oneof(fc.constantFrom(...knownTexts), fc.uuid(), fc.constantFrom(...hostileTexts)));
    case 'number':
    case 'integer':
      return spoilt(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.double()));
    case 'boolean':
      return spoilt(fc.boolean());
    case 'array':
      return spoilt(fc.array(near(at.items), { maxLength: 3 }));
    case 'object': {
      const fields = Object.entries((at.properties ?? {}) as Record<string, unknown>);
      return spoilt(
        fc.record(Object.fromEntries(fields.map(([name, field]) => [name, near(field)])), {
          requiredKeys: [],
        }),
      );
    }
    default:
      return junk;
  }
}

const inputsOf = (schema: z.ZodType, count: number, seed: number): unknown[] => {
  const wanted = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return fc.sample(fc.oneof({ weight: 2, arbitrary: near(wanted) }, { weight: 1, arbitrary: junk }), {
    numRuns: count,
    seed,
  });
};

type Name = (typeof Names)[number];

/**
 * Calls every procedure and stream with values that nobody means, through the window's own bridge, as a page that was
 * taken over would. What an action would take as good is not sent: it would be done, rightly. Questions are sent whatever
 * they are.
 * @param options.calls how many in all; each procedure gets its share.
 * @param options.seed the same one makes the same calls.
 */
async function fuzzCalls(page: Page, options: { calls: number; seed: number }): Promise<FuzzReport> {
  const share = Math.ceil(options.calls / (procedureNames.length + streamNames.length));
  const calls: { kind: 'call' | 'stream'; name: string; input: unknown }[] = [];
  for (const name of procedureNames) {
    const { input, kind } = procedures[name];
    // Half of what is made for an action may be good.
    const made = inputsOf(input, share * 3, options.seed).filter(
      (value) => kind === 'query' || !input.safeParse(value).success,
    );
    calls.push(...made.slice(0, share).map((value) => ({ kind: 'call' as const, name, input: value })));
  }
  for (const name of streamNames)
    calls.push(
      ...inputsOf(streams[name].input, share * 2, options.seed)
        // A good one of these asks the person for a file.
        .filter((input) => name !== 'export' || !streams[name].input.safeParse(input).success)
        .slice(0, share)
        .map((input) => ({ kind: 'stream' as const, name, input })),
    );
  const answers: Record<string, number> = {};
  const faults: string[] = [];
  const atOnce = 100;
  // A main process that answers nothing more is told after some, not after all.
  for (let from = 0; from < calls.length && faults.length < 50; from += atOnce) {
    const batch = calls.slice(from, from + atOnce);
    const codes = await page.evaluate(answersOf, packed(batch));
    for (const [index, code] of codes.entries()) {
      answers[code] = (answers[code] ?? 0) + 1;
      if (code === 'internal' || code === 'hung')
        faults.push(`${batch[index]?.name} ${code}: ${JSON.stringify(batch[index]?.input)?.slice(0, 300)}`);
    }
  }
  return { sent: calls.length - (answers['not-sent'] ?? 0), answers, faults };
}

/**
 * Makes so many of these calls as SIGNALBOX_FUZZ_CALLS says, or else `calls`, and holds that main answers each
 * and that nothing was written: neither in the release repo nor in what this console keeps.
 * @returns the report, to be told with the test.
 */
export async function expectUnmoved(
  page: Page,
  practice: Pick<Practice, 'git'>,
  options: { calls: number; seed: number },
): Promise<string> {
  const stays = async () => ({
    repo: await practice.git('for-each-ref'),
    settings: await ask(page, 'settings.get', {}),
    credentials: await ask(page, 'credentials.get', {}),
    allowed: await ask(page, 'consent.list', {}),
    operations: await ask(page, 'operation.list', { limit: 200 }),
    announcements: await ask(page, 'announcements.get', {}),
  });
  const before = await stays();
  const calls = Number(process.env.SIGNALBOX_FUZZ_CALLS ?? options.calls);
  const { sent, answers, faults } = await fuzzCalls(page, { calls, seed: options.seed });
  expect(faults).toEqual([]);
  expect(sent).toBeGreaterThan(calls * 0.8);
  expect(answers['invalid-input']).toBeGreaterThan(calls * 0.3);
  expect(await stays()).toEqual(before);
  return JSON.stringify({ sent, answers });
}

/** As JSON, with what JSON has no word for under a name of its own; Playwright's own way stumbles over some of it. */
function packed(batch: readonly unknown[]): string {
  return JSON.stringify(batch, function (this: Record<string, unknown>, key) {
    const value = this[key];
    if (value === undefined) return { $made: 'undefined' };
    if (typeof value === 'bigint') return { $made: 'bigint', of: String(value) };
    if (value instanceof Date) return { $made: 'date', of: value.getTime() };
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return { $made: 'number', of: Object.is(value, -0) ? '-0' : String(value) };
    return value;
  });
}

/** Runs in the page. @returns the code of each answer. */
async function answersOf(text: string): Promise<string[]> {
  const batch = JSON.parse(text, (_, value) => {
    switch (value?.$made) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(value.of);
      case 'date':
        return new Date(value.of);
      case 'number':
        return Number(value.of);
      default:
        return value;
    }
  }) as { kind: 'call' | 'stream'; name: string; input: unknown }[];
  const bridge = window.signalbox;
  if (!bridge) throw new Error('no bridge');
  const hung = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 30_000, 'hung'));
  const call = async (name: string, input: unknown): Promise<string> => {
    try {
      const answer = await bridge.call[name as Name](input as never);
      return answer.ok ? 'ok' : answer.failure.code;
    } catch {
      // What can't be copied between processes doesn't get out of the page.
      return 'not-sent';
    }
  };
  const stream = (name: string, input: unknown): Promise<string> =>
    new Promise((resolve) => {
      try {
        let close = (): void => {};
        const end = (code: string): void => {
          resolve(code);
          close();
        };
        close = bridge.open[name as 'events'](
          input as never,
          () => end('ok'),
          (problem) => end(problem === null ? 'ok' : 'refused-stream'),
        );
        // One that has nothing to say stays open, rightly.
        setTimeout(end, 500, 'ok');
      } catch {
        resolve('not-sent');
      }
    });
  return Promise.all(
    batch.map(({ kind, name, input }) =>
      Promise.race([kind === 'call' ? call(name, input) : stream(name, input), hung()]),
    ),
  );
}
