import { create } from 'zustand';

/** The text that the live region reads. Changes come at most every 700 ms. */
export const useAnnouncement = create<{ text: string }>(() => ({ text: '' }));

let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Says something to assistive technology: a change of phase, a count of results; never log lines.
 * Of a burst, the last three are read.
 */
export function announce(text: string): void {
  if (waiting.at(-1) !== text) waiting.push(text);
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    useAnnouncement.setState({ text: waiting.slice(-3).join('. ') });
    waiting = [];
  }, 700);
}
