import { describe, expect, it } from 'vitest';
import { type MovingFacts, movingFindings } from './moving-findings';

const open = { state: 'open' } as const;
const quiet: MovingFacts = {
  readOnlyBecause: null,
  tags: { branch: 'main', away: null, access: open },
  records: { branch: 'signalbox', away: null, access: open },
  pending: [],
  running: [],
  left: 0,
};
const closed = { state: 'closed', because: 'main is protected.', remedy: 'An owner decides.' } as const;
const away = { since: '2026-03-01T12:00:00.000Z', because: 'The remote does not answer.' };
const begun = { what: 'Hold app in production', by: 'Ada', at: '2026-03-01T12:00:00.000Z' };

describe('before records are moved', () => {
  it.each<[string, Partial<MovingFacts>, string[], string[]]>([
    ['nothing speaks against it', {}, [], []],
    ['a console that only reads', { readOnlyBecause: 'It reads.' }, ['block It reads.'], ['block It reads.']],
    [
      'a branch of records that others write',
      { records: { ...quiet.records, access: { ...closed, because: 'signalbox is protected.' } } },
      ['block signalbox is protected. An owner decides.'],
      ['block signalbox is protected. An owner decides.'],
    ],
    [
      'a branch of records of which only trying tells',
      { records: { ...quiet.records, access: { state: 'unknown', because: 'Only trying can tell.' } } },
      ['info Whether you may push to signalbox: Only trying can tell.'],
      ['info Whether you may push to signalbox: Only trying can tell.'],
    ],
    [
      'image tags that a review guards: the copies stay there, and stop nothing',
      { tags: { ...quiet.tags, access: closed } },
      [
        'warn The records are copied, and stay on main, too: they can’t be deleted there. main is protected. An owner decides.',
      ],
      [],
    ],
    [
      'either branch that is away',
      { tags: { ...quiet.tags, away }, records: { ...quiet.records, away } },
      [
        'block The branch main can’t be reached, so nothing can be copied now.',
        'block The branch signalbox can’t be reached, so nothing can be copied now.',
      ],
      [
        'block The branch main can’t be reached, so nothing can be copied now.',
        'block The branch signalbox can’t be reached, so nothing can be copied now.',
      ],
    ],
    [
      'a change of both that has begun',
      { pending: [begun] },
      ['block 1 change of image tags and records has begun and not ended: Hold app in production.'],
      [],
    ],
    [
      'operations that run',
      { running: ['Deploy app v2 to production', 'Lock\u202e staging'] },
      ['warn 2 operations of yours are running: Deploy app v2 to production; Lock\\u202E staging.'],
      [],
    ],
    [
      'a console that does not know of it',
      { left: 3 },
      [
        'warn 3 records changed on main since they were copied: another console still uses an estate file without ledger.records.',
      ],
      [],
    ],
  ])('%s', (_, change, move, create) => {
    const said = (what: 'create' | 'move') =>
      movingFindings(what, { ...quiet, ...change }).map(({ level, message }) => `${level} ${message}`);
    expect(said('move')).toEqual(move);
    expect(said('create')).toEqual(create);
  });
});
