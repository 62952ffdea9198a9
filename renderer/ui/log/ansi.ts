import Anser from 'anser';
import type { Ranges } from './find';

/** A run of text that looks the same. */
export interface Piece {
  text: string;
  /** Class names of theme colours (`ansi-red`…), bold and the like. */
  classes: string;
  /** For 256-colour and true-colour text: `rgb(…)`. */
  colour: string | null;
  hit: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI sequences begin with one
const sequence = /\u001b\[[0-9;:?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what has no shape on screen
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** A line without its ANSI sequences and other control characters: what is searched and copied. */
export function plain(text: string): string {
  const bare = text.includes('\u001b') ? text.replace(sequence, '') : text;
  return bare.replace(unprintable, '');
}

function coloured(text: string): Omit<Piece, 'hit'>[] {
  if (!text.includes('\u001b')) return [{ text: plain(text), classes: '', colour: null }];
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map((part) => {
    const plainColour = part.fg !== null && /^ansi-[a-z-]+$/.test(part.fg);
    return {
      text: plain(part.content),
      classes: [plainColour ? part.fg : '', ...part.decorations.map((name) => `ansi-${name}`)]
        .filter(Boolean)
        .join(' '),
      colour: !plainColour && part.fg_truecolor ? `rgb(${part.fg_truecolor})` : null,
    };
  });
}

/** A line cut where its colour changes and where a hit begins or ends. */
export function pieces(text: string, hits: Ranges): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  for (const part of coloured(text)) {
    let from = 0;
    const end = at + part.text.length;
    for (const [start, stop] of hits) {
      if (stop <= at || start >= end) continue;
      const hitFrom = Math.max(start - at, from);
      const hitTo = Math.min(stop, end) - at;
      if (hitFrom > from) result.push({ ...part, text: part.text.slice(from, hitFrom), hit: false });
      result.push({ ...part, text: part.text.slice(hitFrom, hitTo), hit: true });
      from = hitTo;
    }
    if (from < part.text.length) result.push({ ...part, text: part.text.slice(from), hit: false });
    at = end;
  }
  return result;
}

export type Severity = 'error' | 'warn' | null;

/** How grave a line is, by the words that loggers use; stack traces and prose rarely shout in these places. */
export function severityOf(line: string): Severity {
  const begin = line.slice(0, 400);
  const level = /"(?:level|severity|lvl)"\s*:\s*"?(\w+)/i.exec(begin)?.[1]?.toLowerCase();
  const word = level ?? /\b(ERROR|FATAL|PANIC|CRITICAL|WARN(?:ING)?)\b/.exec(begin)?.[1]?.toLowerCase();
  if (word) {
    if (/^(error|fatal|panic|critical|emerg|alert)$/.test(word)) return 'error';
    return word.startsWith('warn') ? 'warn' : null;
  }
  if (/^\s*(?:error|fatal|panic|uncaught)\b[:\s]/i.test(begin) || /\b\w+(?:Error|Exception):\s/.test(begin))
    return 'error';
  return /^\s*warn(?:ing)?\b[:\s]/i.test(begin) ? 'warn' : null;
}
