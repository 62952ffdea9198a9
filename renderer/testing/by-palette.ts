import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { expect } from 'vitest';

/** Opens the palette by its key, with the focus in its field. */
export async function openPalette(user: UserEvent) {
  await user.keyboard('{Control>}k{/Control}');
  const palette = within(await screen.findByRole('dialog', { name: /^Command palette/ }));
  await waitFor(() => expect(document.activeElement).toBe(palette.getByRole('combobox')));
  return palette;
}

/**
 * Types in the palette, as a person does, and takes what is offered first by Enter.
 * @param wanted what has to be first: what was typed is searched when there is time for it.
 */
export async function byPalette(user: UserEvent, typed: string, wanted: RegExp): Promise<void> {
  const palette = await openPalette(user);
  await user.keyboard(typed);
  await waitFor(() =>
    expect(palette.getByRole('option', { selected: true }).textContent ?? '').toMatch(wanted),
  );
  await user.keyboard('{Enter}');
}
