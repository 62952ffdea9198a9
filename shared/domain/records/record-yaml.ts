import { stringify } from 'yaml';
import { readGoYaml } from '../go/yaml/decode';
import { isMapping } from './read-record';
import { same } from './wanted-fields';

/**
 * How texts are written: `usual` in quotes where YAML 1.1, 1.2 or Helm would take them for something else; `quoted`
 * always, for what the first gets wrong; `keys-too` also where they are keys.
 */
export type Style = 'usual' | 'quoted' | 'keys-too';
export const styles: readonly Style[] = ['usual', 'quoted', 'keys-too'];

const quotes = {
  lineWidth: 0,
  defaultStringType: 'QUOTE_DOUBLE',
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

const options = {
  usual: { lineWidth: 0, compat: 'yaml-1.1' },
  quoted: { ...quotes, defaultKeyType: 'PLAIN', compat: 'yaml-1.1' },
  'keys-too': quotes,
} as const;

/** A value in lines of its own, the last of them ended. */
export const blockText = (value: unknown, style: Style): string => stringify(value, options[style]);

/** A value within one line, as it may stand anywhere in YAML: texts in quotes, lists and mappings in brackets. */
export function lineText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(lineText).join(', ')}]`;
  if (isMapping(value))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${lineText(key)}: ${lineText(inner)}`)
      .join(', ')}}`;
  return stringify(value, quotes).trimEnd();
}

/** A text, number or the like as the value of a key: without quotes where it may. */
export function scalarText(value: unknown, style: Style): string {
  if (style !== 'usual' || typeof value !== 'string') return lineText(value);
  const usual = stringify(value, { ...options.usual, blockQuote: false }).trimEnd();
  return /[\r\n]/.test(usual) || !saysToAll(usual, value) ? lineText(value) : usual;
}

/** Whether a text says a value to Helm and to us alike. */
function saysToAll(text: string, value: unknown): boolean {
  return [true, false].every((oldWords) => {
    const read = readGoYaml(text, { oldWords });
    return read.ok && same(read.yaml.value, value);
  });
}

/** The text of a value in a file of its own, `null` where it cannot be written so that it reads the same. */
export function wholeText(value: unknown): string | null {
  for (const style of styles) {
    const text = blockText(value, style);
    if (saysToAll(text, value)) return text;
  }
  return null;
}
