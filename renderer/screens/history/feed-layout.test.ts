import { describe, expect, it } from 'vitest';
import { dayHeight, FeedLayout, type Item, movedRow, rowHeight } from './feed-layout';

const day = (row: number, count: number) => ({ row, count, from: '' });

describe('the layout of the feed', () => {
  const layout = new FeedLayout({
    total: 7,
    days: [day(0, 2), day(2, 1), day(3, 4)],
    pages: [
      { row: 0, before: null },
      { row: 1, before: 9 },
      { row: 4, before: 6 },
    ],
  });

  it('puts a heading before the rows of each day, and finds every place again', () => {
    const items = Array.from({ length: layout.items }, (_, index) => layout.item(index));
    const text = (item: Item) => (item.type === 'day' ? `day ${item.day}` : item.row);
    expect(items.map((item) => (item.type === 'day' ? dayHeight : rowHeight))).toEqual(
      items.map((_, index) => layout.heightOf(index)),
    );
    expect(items.map(text)).toEqual(['day 0', 0, 1, 'day 1', 2, 'day 2', 3, 4, 5, 6]);
    for (const [index, item] of items.entries())
      if (item.type === 'row') expect(layout.indexOf(item.row)).toBe(index);
    expect([0, 2, 3, 4, 9].map((index) => layout.headingOf(index))).toEqual([0, 0, 3, 3, 5]);
  });

  it('knows the page of a row', () => {
    expect([0, 1, 3, 4, 6].map((row) => layout.pageOf(row))).toEqual([
      { page: 0, at: 0 },
      { page: 1, at: 0 },
      { page: 1, at: 2 },
      { page: 2, at: 0 },
      { page: 2, at: 2 },
    ]);
  });

  it('is empty for nothing', () => {
    expect(new FeedLayout({ total: 0, days: [], pages: [] }).items).toBe(0);
  });
});

describe('keys in the feed', () => {
  const key = (name: string, more: object = {}) => ({
    key: name,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    ...more,
  });
  const list = { rows: 100, page: 20 };

  it('move by one, by a page and to the ends, and never beyond', () => {
    const names = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', 'x'];
    expect(names.map((name) => movedRow(50, key(name), list))).toEqual([49, 51, 30, 70, 0, 99, null]);
    expect(movedRow(0, key('ArrowUp'), list)).toBe(0);
    expect(movedRow(95, key('PageDown'), list)).toBe(99);
    expect(movedRow(0, key('ArrowDown', { altKey: true }), list)).toBeNull();
    expect(movedRow(0, key('End'), { rows: 0, page: 1 })).toBeNull();
  });
});
