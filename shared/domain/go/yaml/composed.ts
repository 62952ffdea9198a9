import { type Composed, compose } from './compose';

/**
 * How much text is kept with its nodes. A record is a few hundred characters, and the same text is read several times
 * within moments: to see what it says, to change it, and to see that what was written says what it should. That is
 * what is spared, so little is enough.
 */
const mostText = 65_536;

const kept = new Map<string, Composed>();
let length = 0;

/**
 * The nodes of a text, which nobody may change: those of a text that was read a moment ago are the same.
 * @param from where the text begins in the string: behind a byte order mark.
 * @throws GoYamlError as `compose` does.
 */
export function composed(text: string, from: number): Composed {
  const known = kept.get(text);
  const nodes = known ?? compose(text, from);
  if (known) kept.delete(text);
  else length += text.length;
  kept.set(text, nodes);
  for (const oldest of kept.keys()) {
    if (length <= mostText) break;
    kept.delete(oldest);
    length -= oldest.length;
  }
  return nodes;
}
