import { describe, expect, it } from 'vitest';
import { dialogHasKeys, keyName, typesText } from './shortcuts';

const press = (key: string, change: KeyboardEventInit = {}) =>
  keyName(new KeyboardEvent('keydown', { key, ...change }));

describe('names of keys', () => {
  it('says modifiers, and Shift only where it is no part of the character', () => {
    expect(press('k', { ctrlKey: true })).toBe('mod+k');
    expect(press('k', { metaKey: true })).toBe('mod+k');
    expect(press('R', { shiftKey: true })).toBe('shift+r');
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('/')).toBe('/');
    expect(press('Enter', { shiftKey: true })).toBe('shift+Enter');
  });
});

describe('where keys are text', () => {
  const element = (html: string) => {
    document.body.innerHTML = html;
    return document.body.firstElementChild;
  };
  it.each([
    '<input>',
    '<input type="search">',
    '<textarea></textarea>',
    '<select></select>',
    '<div role="combobox">',
  ])('is %s', (html) => expect(typesText(element(html))).toBe(true));
  it.each(['<input type="checkbox">', '<button></button>', '<div role="gridcell">'])('is not %s', (html) =>
    expect(typesText(element(html))).toBe(false),
  );
});

describe('a dialog', () => {
  it('has the keys while it is open, and gives them back as it begins to close', () => {
    document.body.innerHTML = '<div><section role="dialog"></section></div>';
    expect(dialogHasKeys()).toBe(true);
    document.body.firstElementChild?.setAttribute('data-closing', 'true');
    expect(dialogHasKeys()).toBe(false);
    document.body.innerHTML = '<main></main>';
    expect(dialogHasKeys()).toBe(false);
  });
});
