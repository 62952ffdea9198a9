import { describe, expect, it } from 'vitest';
import { demandedLabels, parseLabelSelector, selectsLabels } from './label-selector';

/** Cases of k8s.io/apimachinery `pkg/labels/selector_test.go` (`TestSelectorParse`, `TestSelectorMatches`), and more. */
describe('a label selector', () => {
  it.each([
    'a=b',
    'a==b,c!=d',
    'x=a,y=b,z=c',
    'x in (a,b), y notin (c)',
    'x,!y',
    'app.kubernetes.io/part-of=govuk',
    'a=',
    'x in ()',
    'x>1,y<2',
  ])('takes %j', (text) => expect(parseLabelSelector(text)).not.toBeNull());

  it.each([
    '',
    'a=b,',
    ',a=b',
    'x=a||y=b',
    'x==a==b',
    'x in a',
    'x in (a',
    '!x=a',
    'a b=c',
    '-a=b',
    'a=-b',
    'Upper.Case/a=b',
    'a/b/c=d',
    'x>one',
    'x>-1',
    `${'k'.repeat(64)}=v`,
    `k=${'v'.repeat(64)}`,
    'a=b\nc',
  ])('refuses %j', (text) => expect(parseLabelSelector(text)).toBeNull());

  it.each([
    ['x=y', { x: 'y' }, true],
    ['x=y', { x: 'z' }, false],
    ['x!=y', {}, true],
    ['x!=y', { x: 'y' }, false],
    ['x in (a, b),z', { x: 'b', z: '' }, true],
    ['x in (a,b),z', { x: 'b' }, false],
    ['x notin (a)', { x: 'a' }, false],
    ['!x', { y: '' }, true],
    ['x', { x: '' }, true],
    ['x>1', { x: '2' }, true],
    ['x>1', { x: 'two' }, false],
    ['x<1', { x: '1' }, false],
    ['constructor', {}, false],
    ['not readable (', { x: 'y' }, false],
  ])('%j of %j: %s', (selector, labels, chosen) => expect(selectsLabels(selector, labels)).toBe(chosen));

  it('tells which labels a new object needs', () => {
    expect(demandedLabels('a=b,c in (d),e in (f,g),!h,i!=j')).toEqual({ a: 'b', c: 'd' });
    expect(demandedLabels(undefined)).toEqual({});
  });
});
