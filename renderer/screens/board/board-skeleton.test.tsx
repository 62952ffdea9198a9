import { MantineProvider } from '@mantine/core';
import { act, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { BoardSkeleton } from './board-skeleton';

afterEach(() => {
  vi.useRealTimers();
});

it('says what is waited for when the board takes long, and nothing before', () => {
  vi.useFakeTimers();
  render(<BoardSkeleton />, { wrapper: MantineProvider });
  const board = screen.getByRole('status', { name: 'Loading the board' });
  expect(board.textContent).toBe('');
  act(() => void vi.advanceTimersByTime(3_999));
  expect(board.textContent).toBe('');
  act(() => void vi.advanceTimersByTime(1));
  expect(board.textContent).toContain('Still opening the estate');
});
