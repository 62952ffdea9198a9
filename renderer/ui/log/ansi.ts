import Anser from 'anser';
import { plain } from '../../../shared/domain/log/log-text';

/** Where a plain text is hit: begin and end of each hit, in order. */
type Ranges = readonly (readonly [number, number])[];

/** A run of text that looks the same. */
export interface Piece {
  text: string;
  /** Class names of theme colours (`ansi-red`…), bold and the like. */
  classes: string;
  /** For 256-colour and true-colour text: `rgb(…)`. */
  colour: string | null;
  hit: boolean;
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
