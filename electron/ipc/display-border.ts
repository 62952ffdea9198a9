import { visibleText } from '../../shared/domain/text/visible-text';
import { hideSecrets } from '../log/known-secrets';

/** Texts that are remembered as they were, and their length: names and filters, not messages. */
const mostRemembered = 20_000;
const longestRemembered = 2_000;

/** Between what is outside and the window: what goes there can be shown, copied and saved as it is. */
export interface DisplayBorder {
  /**
   * An answer with every hidden character in it written out (`visibleText`); itself where there is none.
   * @param colours its texts are lines of logs, cleaned where they arrive: the window draws their colours.
   */
  shown(value: unknown, colours: boolean): unknown;
  /** What the window sends, with names that it was shown otherwise as they are. */
  meant(value: unknown): unknown;
}

/** Replaces the texts in a value of JSON, names of fields too; the value itself where nothing changes. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) {
    let changed: unknown[] | null = null;
    for (const [index, one] of value.entries()) {
      const next = mapTexts(one, change);
      if (next === one) continue;
      changed ??= [...value];
      changed[index] = next;
    }
    return changed ?? value;
  }
  if (typeof value !== 'object' || value === null) return value;
  let differs = false;
  const entries = Object.entries(value).map(([name, one]): [string, unknown] => {
    const next: [string, unknown] = [change(name), mapTexts(one, change)];
    differs ||= next[0] !== name || next[1] !== one;
    return next;
  });
  return differs ? Object.fromEntries(entries) : value;
}

/**
 * The one place through which text from repos, clusters and GitHub reaches the window. A name that is shown written out
 * (an author's, an app's) still means what it means when the window asks for it again.
 */
export function createDisplayBorder(): DisplayBorder {
  const originals = new Map<string, string>();
  const remember = (shown: string, original: string): void => {
    if (original.length > longestRemembered || originals.get(shown) === original) return;
    const [oldest] = originals.size >= mostRemembered ? originals.keys() : [];
    if (oldest !== undefined) originals.delete(oldest);
    originals.set(shown, original);
  };
  return {
    shown(value, colours) {
      return mapTexts(value, (text) => {
        const shown = visibleText(hideSecrets(text), { colours });
        if (shown !== text) remember(shown, text);
        return shown;
      });
    },
    meant: (value) => (originals.size === 0 ? value : mapTexts(value, (text) => originals.get(text) ?? text)),
  };
}
