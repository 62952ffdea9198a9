import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Hold } from '../../../shared/domain/board/board';
import { HoldMark } from './mark';

const hold = (state: Hold['state']): Hold => ({ state, by: 'Ada', since: null, reason: null, detail: null });

it.each([
  ['pending', 'Pending', 'Hold pending'],
  ['effective', 'Held', 'Held'],
  ['unknown', 'Held?', 'Hold unknown'],
  ['alarm', 'Bypassed', 'Hold bypassed'],
] as const)('says of a hold that is %s one short word in a cell, and all elsewhere', (state, word, words) => {
  const { rerender } = render(<HoldMark value={hold(state)} brief />);
  expect(screen.getByText(word)).toBeTruthy();
  rerender(<HoldMark value={hold(state)} />);
  expect(screen.getByText(words)).toBeTruthy();
});
