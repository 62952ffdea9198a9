import { useEffect } from 'react';

/** How far up from what is pointed at the box may be that cuts it off. */
const mostUp = 4;
/** Characters of a title. */
const longestTitle = 1_000;
/** Marks the titles that are from here. */
const mark = 'cutTitle';

function isCutOff(box: HTMLElement): boolean {
  const { overflowX, overflowY, webkitLineClamp } = getComputedStyle(box);
  const hides = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
  return (
    (hides(overflowX) && box.scrollWidth > box.clientWidth + 1) ||
    (webkitLineClamp !== 'none' && hides(overflowY) && box.scrollHeight > box.clientHeight + 1)
  );
}

/** Gives what is cut off its whole text as a title, where neither it nor what it lies in has one; and takes it back. */
function titleOf(target: EventTarget | null): void {
  let box = target instanceof HTMLElement ? target : null;
  for (let up = 0; box && up < mostUp; up += 1, box = box.parentElement) {
    const isOurs = mark in box.dataset;
    if (box.title !== '' && !isOurs) return;
    if (isCutOff(box)) {
      if (!isOurs && box.parentElement?.closest(`[title]:not([title=""]):not([data-cut-title])`)) return;
      box.title = (box.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, longestTitle);
      box.dataset[mark] = '';
      return;
    }
    if (isOurs) {
      box.removeAttribute('title');
      delete box.dataset[mark];
    }
  }
}

/**
 * Every text that is cut off for want of room can be read in whole by pointing at it: the title is made in that moment,
 * so that no list has to say each text twice. What reads screens aloud has the whole text anyway.
 */
export function useCutTitles(): void {
  useEffect(() => {
    const listen = (event: PointerEvent) => titleOf(event.target);
    document.addEventListener('pointerover', listen, { passive: true });
    return () => document.removeEventListener('pointerover', listen);
  }, []);
}
