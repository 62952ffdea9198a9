import { describe, expect, it } from 'vitest';
import type { StartedBy } from '../history/deployment';
import { doneBy, doneByDetail, overriddenBy, personOf } from './done-by';

const author = 'govuk-ci';
const ada: Extract<StartedBy, { name: string }> = {
  name: 'Ada',
  source: 'record',
  override: ['migrations'],
  route: 'actions',
  run: null,
};

describe('who did it, in words', () => {
  it.each([
    [undefined, 'govuk-ci', null],
    [ada, 'Ada, through Actions', 'Started by Ada through Actions; committed by govuk-ci.'],
    [
      { ...ada, route: 'workflow', source: 'journal' },
      'Ada, through Argo Workflows',
      'Started by Ada through Argo Workflows; committed by govuk-ci. Only this computer has a record of it.',
    ],
    [
      { ...ada, route: 'pull-request' },
      'Ada, through a pull request',
      'Started by Ada through a pull request; committed by govuk-ci.',
    ],
    [{ ...ada, route: 'unknown' }, 'Ada, through govuk-ci', 'Started by Ada; committed by govuk-ci.'],
    [{ ...ada, source: 'run' }, 'Ada in Actions', 'Started by Ada in Actions; committed by govuk-ci.'],
    [
      { possibly: ['Ada', 'Grace', 'Lin'] },
      'govuk-ci, possibly for Ada, Grace or Lin',
      'Committed by govuk-ci. Several operations claim this commit, and nothing shows which one made it.',
    ],
  ] as [StartedBy | undefined, string, string | null][])('%o', (startedBy, short, detail) => {
    const one = { author, ...(startedBy ? { startedBy } : {}) };
    expect(doneBy(one)).toBe(short);
    expect(doneByDetail(one)).toBe(detail);
    expect(personOf(one)).toBe(startedBy && 'name' in startedBy ? 'Ada' : author);
    expect(overriddenBy(one)).toEqual(startedBy && 'name' in startedBy ? ['migrations'] : []);
  });
});
