import { useCallback, useEffect, useId, useState } from 'react';
import classes from './moment-field.module.css';
import { readMoment } from './period';
import { dateTime } from './time';

interface MomentFieldProps {
  label: string;
  /** ISO 8601; `undefined`: none. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

const shown = (value: string | undefined): string => (value === undefined ? '' : dateTime(value));

/**
 * A field of a local time that is written as on every screen: Chromium's own (`datetime-local`) follows the language of the
 * computer, so that it would say 12/03/2026 beside our 3 Dec 2026. Taken by Enter, or when the field is left.
 */
export function MomentField({ label, value, onChange }: MomentFieldProps) {
  const [text, setText] = useState(shown(value));
  const [refused, setRefused] = useState(false);
  const hint = useId();
  const show = useCallback(() => {
    setText(shown(value));
    setRefused(false);
  }, [value]);
  // A value that comes from elsewhere takes the place of what was being typed.
  useEffect(show, [show]);
  const take = (): void => {
    if (text === shown(value)) {
      setRefused(false);
      return;
    }
    const read = text.trim() === '' ? undefined : readMoment(text, Date.now());
    setRefused(read === null);
    if (read === null) return;
    // Where it comes to the same, no new value comes to show it.
    setText(shown(read));
    onChange(read);
  };
  const example = `Enter a time like ${dateTime(new Date().toISOString())}.`;
  return (
    <>
      <input
        type="text"
        className={classes.field}
        aria-label={label}
        aria-invalid={refused || undefined}
        aria-describedby={refused ? hint : undefined}
        title={refused ? example : undefined}
        placeholder="Date and time"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
          if (event.key !== 'Escape' || text === shown(value)) return;
          // What was typed goes first, and not the menu that the field stands in.
          event.stopPropagation();
          show();
        }}
      />
      {refused && (
        <span id={hint} role="alert" className={classes.hint}>
          {example}
        </span>
      )}
    </>
  );
}
