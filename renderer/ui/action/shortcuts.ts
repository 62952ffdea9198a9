import { useEffect, useRef } from 'react';

/** Whether keys go into a text field (or a control that takes letters itself): no single-letter shortcut fires then. */
export function typesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) {
    return !['button', 'checkbox', 'radio', 'range', 'submit', 'reset'].includes(target.type);
  }
  return ['textbox', 'combobox', 'searchbox'].includes(target.getAttribute('role') ?? '');
}

/**
 * A key as shortcuts name it: `mod+k`, `shift+r`, `/`, `?`. Shift is named only with a letter, since with other keys
 * it is part of how the character is typed.
 */
export function keyName(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey;
  const letter = /^[a-z]$/i.test(event.key);
  const shift = event.shiftKey && (letter || event.key.length > 1);
  const key = letter ? event.key.toLowerCase() : event.key;
  return `${mod ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${shift ? 'shift+' : ''}${key}`;
}

/**
 * Whether a dialog has the keys. One that is fading away has given them back: it says so by `data-closing`, since it
 * stays in the page until it is gone.
 */
export function dialogHasKeys(): boolean {
  return [...document.querySelectorAll('[role="dialog"]')].some((each) => !each.closest('[data-closing]'));
}

/**
 * Whether a dialog had the keys when the key was pressed. A dialog that the key closes is gone before a shortcut is asked,
 * and `Escape` would do two things at once; this listener is older than any dialog’s, so it comes first.
 */
let dialogAtPress = false;
window.addEventListener(
  'keydown',
  () => {
    dialogAtPress = dialogHasKeys();
  },
  { capture: true },
);

/** A field of a dialog that fades away takes no more text. */
const isLeaving = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[data-closing]') !== null;

/** Shortcuts of the window while the component is shown. Those without `mod` never fire inside a text field. */
export function useShortcuts(shortcuts: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = keyName(event);
      const action = latest.current[name];
      if (!action) return;
      if (
        !name.startsWith('mod+') &&
        ((typesText(event.target) && !isLeaving(event.target)) || dialogAtPress || dialogHasKeys())
      )
        return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
