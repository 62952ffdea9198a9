import { describe, expect, it } from 'vitest';
import { headRow, isTyped, moved, typedTo } from './grid-keys';

const grid = { rows: 60, columns: 4, page: 10 };
const key = (name: string, ctrlKey = false) => ({ key: name, ctrlKey, metaKey: false, altKey: false });
const at = (row: number, column: number) => ({ row, column });

describe('keys of the grid', () => {
  it('walks by arrows and stays inside', () => {
    expect(moved(at(3, 2), key('ArrowDown'), grid)).toEqual(at(4, 2));
    expect(moved(at(59, 3), key('ArrowDown'), grid)).toEqual(at(59, 3));
    expect(moved(at(59, 3), key('ArrowRight'), grid)).toEqual(at(59, 3));
    expect(moved(at(2, 1), key('ArrowLeft'), grid)).toEqual(at(2, 0));
  });

  it('goes up to the heads of the columns, along them, and down again', () => {
    expect(moved(at(0, 2), key('ArrowUp'), grid)).toEqual(at(headRow, 2));
    expect(moved(at(headRow, 2), key('ArrowUp'), grid)).toEqual(at(headRow, 2));
    expect(moved(at(headRow, 2), key('ArrowRight'), grid)).toEqual(at(headRow, 3));
    expect(moved(at(headRow, 2), key('Home'), grid)).toEqual(at(headRow, 0));
    expect(moved(at(headRow, 2), key('ArrowDown'), grid)).toEqual(at(0, 2));
    expect(moved(at(headRow, 2), key('PageUp'), grid)).toEqual(at(headRow, 2));
    expect(moved(at(headRow, 2), key('Home', true), grid)).toEqual(at(0, 0));
  });

  it('goes to the ends of the row, and with Ctrl of the grid', () => {
    expect(moved(at(7, 2), key('Home'), grid)).toEqual(at(7, 0));
    expect(moved(at(7, 2), key('End'), grid)).toEqual(at(7, 3));
    expect(moved(at(7, 2), key('Home', true), grid)).toEqual(at(0, 0));
    expect(moved(at(7, 2), key('End', true), grid)).toEqual(at(59, 3));
  });

  it('pages without leaving the grid', () => {
    expect(moved(at(7, 2), key('PageDown'), grid)).toEqual(at(17, 2));
    expect(moved(at(55, 2), key('PageDown'), grid)).toEqual(at(59, 2));
    expect(moved(at(7, 2), key('PageUp'), grid)).toEqual(at(0, 2));
  });

  it('leaves other keys, Alt, and an empty grid alone', () => {
    expect(moved(at(0, 0), key('Enter'), grid)).toBeNull();
    expect(moved(at(0, 0), { ...key('ArrowLeft'), altKey: true }, grid)).toBeNull();
    expect(moved(at(0, 0), key('ArrowDown'), { ...grid, rows: 0 })).toBeNull();
  });
});

describe('type-ahead', () => {
  const names = ['account-api', 'collections', 'content-store', 'frontend', 'publishing-api'];

  it('finds the next app that begins so, and goes round', () => {
    expect(typedTo(names, 0, 'f')).toBe(3);
    expect(typedTo(names, 4, 'a')).toBe(0);
    expect(typedTo(names, 0, 'cont')).toBe(2);
  });
  it('goes on with the same letter again', () => {
    expect(typedTo(names, 1, 'c')).toBe(2);
    expect(typedTo(names, 2, 'cc')).toBe(1);
  });
  it('stays where it is while more is typed', () => {
    expect(typedTo(names, 2, 'co')).toBe(2);
  });
  it('tells when nothing begins so', () => {
    expect(typedTo(names, 0, 'zz')).toBeNull();
    expect(typedTo([], 0, 'a')).toBeNull();
  });
  it('takes small letters only: capitals are shortcuts', () => {
    expect(isTyped(key('r'))).toBe(true);
    expect(isTyped(key('R'))).toBe(false);
    expect(isTyped(key('/'))).toBe(false);
    expect(isTyped(key('k', true))).toBe(false);
  });
});
