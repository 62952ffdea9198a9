/** Gives the focus back to the grid: to the cell that has its tab stop. */
export function focusStop(): void {
  document.querySelector<HTMLElement>('#content [data-column][tabindex="0"]')?.focus({ preventScroll: true });
}
