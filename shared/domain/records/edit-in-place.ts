/**
 * Changes a YAML text so that it says other values: only the bytes of what differs are touched, so that comments, order,
 * quoting, line ends and a byte order mark stay as they are, also around keys that nobody here knows. What ends goes
 * with the comments that stand inside of it.
 */
import { isBlank, isBreak } from '../go/yaml/characters';
import type { Mark } from '../go/yaml/cursor';
import type { MappingNode, SequenceNode, YamlNode } from '../go/yaml/nodes';
import { type Fields, isMapping } from './read-record';
import { blockText, lineText, type Style, scalarText } from './record-yaml';
import { type Origins, same } from './wanted-fields';

/** It is written in a form that is not changed in place. */
class Unfit extends Error {}

interface Splice {
  from: number;
  to: number;
  text: string;
}

interface How {
  style: Style;
  /** A key that comes before all others where it is new. */
  first: string;
  /** Of the lists in what is wanted. */
  origins: Origins;
}

/** A key of a mapping, or the dash of a list's item: where its value belongs. */
interface Holder {
  /** Column of the key or dash; `null` within brackets. */
  column: number | null;
  /** Behind the colon or dash. */
  behind: number;
}

const isComposite = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : isMapping(value) && Object.keys(value).length > 0;

/**
 * The text that says `target` where it said `said`; `null` where it is written in a form that is not changed in place.
 * The caller reads it back before believing it.
 * @param root the node of the document, a mapping.
 */
export function editInPlace(
  text: string,
  root: YamlNode,
  said: Fields,
  target: Fields,
  how: How,
): string | null {
  if (root.kind !== 'mapping') return null;
  try {
    return new Editor(text, how).edit(root, said, target);
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
}

class Editor {
  readonly #text: string;
  readonly #style: Style;
  readonly #first: string;
  readonly #origins: Origins;
  readonly #eol: string;
  readonly #splices: Splice[] = [];

  constructor(text: string, { style, first, origins }: How) {
    this.#text = text;
    this.#style = style;
    this.#first = first;
    this.#origins = origins;
    this.#eol = text.includes('\r\n') ? '\r\n' : text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
  }

  edit(root: MappingNode, said: Fields, target: Fields): string {
    this.#mapping(root, said, target, null);
    let edited = this.#text;
    // Later ones first; of two at one place, what was asked for first stands first.
    const order = this.#splices
      .map((splice, index) => ({ ...splice, index }))
      .sort((a, b) => b.from - a.from || b.to - a.to || b.index - a.index);
    let before = Number.POSITIVE_INFINITY;
    for (const { from, to, text } of order) {
      if (to > before) throw new Unfit();
      edited = edited.slice(0, from) + text + edited.slice(to);
      before = from;
    }
    return edited;
  }

  #splice(from: number, to: number, text: string): void {
    if (from > to) throw new Unfit();
    this.#splices.push({ from, to, text });
  }

  /** @param holder what the node is the value of; `null`: the document. */
  #value(node: YamlNode, said: unknown, target: unknown, holder: Holder): void {
    if (same(said, target)) return;
    if (node.kind === 'mapping' && isMapping(said) && isMapping(target)) {
      const owned = node.pairs.filter(([key]) => Object.hasOwn(said, nameOf(key) ?? ''));
      const some = owned.some(([key]) => Object.hasOwn(target, nameOf(key) ?? ''));
      const stays = some || (!node.flow && Object.keys(target).length > 0);
      if (stays || owned.length < node.pairs.length) return void this.#mapping(node, said, target, holder);
    }
    if (node.kind === 'sequence' && Array.isArray(said) && Array.isArray(target)) {
      const places = this.#origins.get(target) ?? [];
      if (isInOrder(places)) return void this.#sequence(node, said, target, places);
    }
    this.#replace(node, target, holder);
  }

  #mapping(node: MappingNode, said: Fields, target: Fields, holder: Holder | null): void {
    const own = new Set<string>();
    const going: number[] = [];
    for (const [index, [key, value]] of node.pairs.entries()) {
      const name = nameOf(key);
      // A merge, or a key that is no text: nothing that is known.
      if (name === null || !Object.hasOwn(said, name)) continue;
      own.add(name);
      if (!Object.hasOwn(target, name)) going.push(index);
      else if (!same(said[name], target[name]))
        this.#value(value, said[name], target[name], {
          column: node.flow ? null : key.start.column,
          behind: this.#behindKey(key),
        });
    }
    if (node.flow && going.length > 0) {
      const parts = node.pairs.map(([key, value]) => [key.start.at, this.#endOf(value, key)] as const);
      this.#dropFromBrackets(parts, going);
    } else for (const index of going) this.#drop(node.pairs, index, going);
    const coming = Object.keys(target).filter(
      (name) => !own.has(name) && !(Object.hasOwn(said, name) && same(said[name], target[name])),
    );
    if (coming.length === 0) return;
    if (node.flow)
      return void this.#addInBrackets(
        node,
        coming,
        target,
        node.pairs.findLast((_, index) => !going.includes(index)),
      );
    const [firstPair, lastPair] = [node.pairs[0], node.pairs.at(-1)];
    if (!firstPair || !lastPair) throw new Unfit();
    const { at, column } = firstPair[0].start;
    const isFirst = (name: string) => holder === null && name === this.#first;
    for (const name of coming.filter(isFirst)) {
      const line = this.#lines(blockText({ [name]: target[name] }, this.#style), column);
      this.#splice(this.#lineOf(firstPair[0].start), at - column, line);
    }
    const lines = coming
      .filter((name) => !isFirst(name))
      .map((name) => this.#lines(blockText({ [name]: target[name] }, this.#style), column))
      .join('');
    if (lines !== '') this.#addLines(this.#lineAfter(this.#endOf(lastPair[1], lastPair[0])), lines);
  }

  /** @param places which item of the old list each of the new one was; at least one was, and they keep their order. */
  #sequence(
    node: SequenceNode,
    said: readonly unknown[],
    target: readonly unknown[],
    places: readonly (number | undefined)[],
  ): void {
    const parts = node.items.map((item) => [item.start.at, this.#endOf(item, item)] as const);
    const going: number[] = [];
    for (const [index, item] of node.items.entries()) {
      const to = places.indexOf(index);
      const dash = node.dashes[index];
      if (to >= 0)
        this.#value(item, said[index], target[to], {
          column: dash?.column ?? null,
          behind: dash ? dash.at + 1 : item.start.at,
        });
      else if (dash) this.#splice(this.#lineOf(dash), this.#lineAfter(this.#endOf(item, item)), '');
      else going.push(index);
    }
    if (going.length > 0) this.#dropFromBrackets(parts, going);
    for (const [to, item] of target.entries()) {
      if (places[to] !== undefined) continue;
      const next = places.find((place, index) => index > to && place !== undefined);
      const [part, dash] = [parts[next ?? parts.length - 1], node.dashes[next ?? 0]];
      if (!part) throw new Unfit();
      if (node.flow && next !== undefined) this.#splice(part[0], part[0], `${lineText(item)}, `);
      else if (node.flow) this.#splice(part[1], part[1], `, ${lineText(item)}`);
      else {
        const at = next !== undefined && dash ? this.#lineOf(dash) : this.#lineAfter(part[1]);
        this.#addLines(at, this.#lines(blockText([item], this.#style), dash?.column ?? 0));
      }
    }
  }

  /** Puts another value in the place of a node. */
  #replace(node: YamlNode, target: unknown, { column, behind }: Holder): void {
    const inLines = (node.kind === 'mapping' || node.kind === 'sequence') && !node.flow;
    const asLines = column !== null && isComposite(target);
    const written = asLines ? '' : column === null ? lineText(target) : scalarOrEmpty(target, this.#style);
    if (node.kind === 'scalar' && (node.style === 'literal' || node.style === 'folded')) {
      if (asLines || column === null) throw new Unfit();
      const ended = isBreak(this.#text.charCodeAt(node.end - 1)) ? this.#eol : '';
      return void this.#splice(node.start.at, node.end, written + ended);
    }
    let next: number;
    if (inLines) {
      const { at, column: indent } = node.start;
      const lineStart = at - indent;
      // An anchor or a tag before it stands on the line of the key.
      if (column === null || lineStart < behind || !this.#isBlank(lineStart, at)) throw new Unfit();
      next = this.#lineAfter(this.#endOf(node, node));
      this.#splice(lineStart, next, '');
      if (written !== '') this.#splice(behind, behind, ` ${written}`);
    } else {
      const none = this.#endOf(node, node) <= behind || (node.kind === 'scalar' && node.from === node.end);
      const [from, to] = none ? [behind, behind] : [node.start.at, this.#endOf(node, node)];
      if (asLines) this.#splice(behind, to, '');
      else this.#splice(from, to, none ? ` ${written}` : written);
      next = this.#lineAfter(to);
    }
    if (asLines) this.#addLines(next, this.#lines(blockText(target, this.#style), (column ?? 0) + 2));
  }

  /** Takes a pair of a mapping away, with its lines. */
  #drop(pairs: readonly [YamlNode, YamlNode][], index: number, going: readonly number[]): void {
    const pair = pairs[index];
    if (!pair) return;
    const [key, value] = pair;
    const { at, column } = key.start;
    // The first key of a list's item stands on the line of the dash: the next one that stays comes there.
    const onDash = !this.#isBlank((pairs[0]?.[0].start.at ?? 0) - column, pairs[0]?.[0].start.at ?? 0);
    const stays = pairs.findIndex((_, one) => !going.includes(one));
    if (onDash && (stays < 0 || index < stays)) {
      const next = pairs[stays];
      if (!next) throw new Unfit();
      if (index === 0) this.#splice(at, next[0].start.at, '');
    } else this.#splice(this.#lineOf(key.start), this.#lineAfter(this.#endOf(value, key)), '');
  }

  /** Takes parts of a list or mapping in brackets away, each with a comma. Comments between them stay. */
  #dropFromBrackets(parts: readonly (readonly [from: number, to: number])[], going: readonly number[]): void {
    const last = parts.findLastIndex((_, index) => !going.includes(index));
    if (last < 0) throw new Unfit();
    for (const [index, [from, to]] of parts.entries()) {
      const goes = going.includes(index);
      if (goes) this.#splice(from, to, '');
      // Its own, or else, at the end, the one before it.
      if (index < parts.length - 1 && (goes || index === last)) {
        const comma = this.#commaAfter(to);
        this.#splice(comma, comma + 1, '');
      }
    }
  }

  #commaAfter(end: number): number {
    for (let at = end; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (this.#text[at] === ',') return at;
      if (this.#text[at] === '#')
        while (at + 1 < this.#text.length && !isBreak(this.#text.charCodeAt(at + 1))) at += 1;
      else if (!isBlank(code) && !isBreak(code)) break;
    }
    throw new Unfit();
  }

  #addInBrackets(
    node: MappingNode,
    names: readonly string[],
    target: Fields,
    last: readonly [YamlNode, YamlNode] | undefined,
  ): void {
    const pair = (name: string): string => `${lineText(name)}: ${lineText(target[name])}`;
    const open = this.#text.indexOf('{', node.start.at) + 1;
    if (open === 0) throw new Unfit();
    if (!last) return void this.#splice(open, open, names.map(pair).join(', '));
    if (names.includes(this.#first)) this.#splice(open, open, `${pair(this.#first)}, `);
    const end = this.#endOf(last[1], last[0]);
    const others = names.filter((name) => name !== this.#first);
    this.#splice(end, end, others.map((name) => `, ${pair(name)}`).join(''));
  }

  /** Lines at the beginning of a line; after a text whose last line has no end. */
  #addLines(at: number, lines: string): void {
    const open = at > 0 && !isBreak(this.#text.charCodeAt(at - 1));
    this.#splice(at, at, open ? `${this.#eol}${lines.slice(0, -this.#eol.length)}` : lines);
  }

  #lines(block: string, indent: number): string {
    return block
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${' '.repeat(indent)}${line}${this.#eol}`)
      .join('');
  }

  /** Where a value ends: behind its key's colon where nothing is written. */
  #endOf(node: YamlNode, key: YamlNode): number {
    if (node.kind === 'mapping' && !node.flow) {
      const last = node.pairs.at(-1);
      return last ? this.#endOf(last[1], last[0]) : node.end;
    }
    if (node.kind === 'sequence' && !node.flow) {
      const last = node.items.at(-1);
      return last ? this.#endOf(last, last) : node.end;
    }
    const isNone = node.kind === 'scalar' && node.from === node.end && node.start.at === node.end;
    return isNone && node !== key ? this.#behindKey(key) : node.end;
  }

  #behindKey(key: YamlNode): number {
    let at = key.end;
    while (at < this.#text.length && isBlank(this.#text.charCodeAt(at))) at += 1;
    if (this.#text[at] !== ':') throw new Unfit();
    return at + 1;
  }

  /** Where the next line begins. */
  #lineAfter(from: number): number {
    let at = from;
    while (at < this.#text.length && (at === 0 || !isBreak(this.#text.charCodeAt(at - 1)))) at += 1;
    return this.#text[at - 1] === '\r' && this.#text[at] === '\n' ? at + 1 : at;
  }

  /** Where a line begins that holds nothing before this. */
  #lineOf({ at, column }: Mark): number {
    if (!this.#isBlank(at - column, at)) throw new Unfit();
    return at - column;
  }

  #isBlank(from: number, to: number): boolean {
    for (let at = from; at < to; at += 1) if (!isBlank(this.#text.charCodeAt(at))) return false;
    return true;
  }
}

const scalarOrEmpty = (value: unknown, style: Style): string =>
  typeof value === 'object' && value !== null ? lineText(value) : scalarText(value, style);

/** What a key is called; `null` for a merge and for what is no single value. */
const nameOf = (key: YamlNode): string | null =>
  key.kind === 'scalar' && !(key.value === '<<' && key.implicit) ? key.value : null;

/** Whether some items of a list were there before, in this order. */
function isInOrder(places: readonly (number | undefined)[]): boolean {
  const there = places.filter((place) => place !== undefined);
  return there.length > 0 && there.every((place, index) => place > (there[index - 1] ?? -1));
}
