import { GoYamlError, type Mark } from './cursor';
import type { MappingNode, ScalarNode, SequenceNode, YamlNode } from './nodes';
import { Scanner } from './scanner';
import type { Token, TokenType } from './tokens';

/**
 * How deep lists and mappings may lie in each other. go-yaml takes 10,000; what an estate, a record or a kubeconfig
 * holds is a tenth of this, and each level costs stack here.
 */
export const maxDepth = 100;

/** How many values and keys a document may hold: a kubeconfig of a thousand clusters has a fifth of them. */
const maxNodes = 100_000;

export const tooDeep = `Lists and mappings are nested more than ${maxDepth} levels deep.`;

/** The first document of a text. */
export interface Composed {
  /** `null`: the text has no document. */
  root: YamlNode | null;
  /** Where the document's end is: its `...`, the next `---`, or the end of the text. */
  end: number;
  /** Whether something may follow that was not read. */
  more: boolean;
}

/**
 * Builds the nodes of the first document by the grammar of go-yaml v2 (`parserc.go`, and `parser` in `decode.go`). What
 * comes after the document is not looked at, as `Unmarshal` does not.
 * @throws GoYamlError
 */
export function compose(text: string, from: number): Composed {
  return new Composer(new Scanner(text, from)).document();
}

const documentEnds: readonly TokenType[] = [
  'version-directive',
  'tag-directive',
  'document-start',
  'document-end',
  'stream-end',
];

/** The properties and the begin of a node. */
interface Opening {
  start: Mark;
  anchor: string | null;
  tag: string | null;
}

class Composer {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #tags = new Map<string, string>();
  #depth = 0;
  #nodes = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  document(): Composed {
    this.#scanner.take();
    const first = this.#scanner.peek();
    if (first.type === 'stream-end') return { root: null, end: first.start.at, more: false };
    const explicit =
      first.type === 'version-directive' || first.type === 'tag-directive' || first.type === 'document-start';
    this.#directives();
    if (explicit) this.#expect('document-start', 'A "---" is missing after the directives.');
    const next = this.#scanner.peek();
    const isEmpty = explicit && documentEnds.includes(next.type);
    const root = isEmpty ? empty(next.start) : this.#node(true, false);
    const after = this.#scanner.peek();
    return { root, end: after.start.at, more: after.type !== 'stream-end' };
  }

  #directives(): void {
    let version = false;
    for (;;) {
      const { type, value, suffix, start } = this.#scanner.peek();
      if (type === 'version-directive') {
        if (version) throw fault('A document has two %YAML directives.', start);
        if (value !== '1.1') throw fault('A %YAML directive has a version other than 1.1.', start);
        version = true;
      } else if (type === 'tag-directive') {
        if (this.#tags.has(value)) throw fault('A document has a %TAG directive twice.', start);
        this.#tags.set(value, suffix);
      } else break;
      this.#scanner.take();
    }
    if (!this.#tags.has('!')) this.#tags.set('!', '!');
    if (!this.#tags.has('!!')) this.#tags.set('!!', 'tag:yaml.org,2002:');
  }

  #expect(type: TokenType, reason: string): void {
    const next = this.#scanner.peek();
    if (next.type !== type) throw fault(reason, next.start);
    this.#scanner.take();
  }

  #is(...types: TokenType[]): boolean {
    return types.includes(this.#scanner.peek().type);
  }

  #node(block: boolean, indentless: boolean): YamlNode {
    this.#nodes += 1;
    if (this.#nodes > maxNodes)
      throw new GoYamlError(
        `It contains more than ${maxNodes} values.`,
        this.#scanner.peek().start.line + 1,
        true,
      );
    if (this.#is('alias')) return this.#alias(this.#scanner.take());
    const opening = this.#opening();
    const { type, start } = this.#scanner.peek();
    if (indentless && type === 'block-entry') return this.#sequence(opening, 'indentless');
    if (type === 'scalar') return this.#scalar(opening, this.#scanner.take());
    if (type === 'flow-sequence-start') return this.#sequence(opening, 'flow');
    if (type === 'flow-mapping-start') return this.#mapping(opening, 'flow');
    if (block && type === 'block-sequence-start') return this.#sequence(opening, 'block');
    if (block && type === 'block-mapping-start') return this.#mapping(opening, 'block');
    if (opening.anchor !== null || opening.tag) return this.#nothing(opening, start);
    throw fault('A value is missing.', start);
  }

  #alias({ value, start, end }: Token): YamlNode {
    const target = this.#anchors.get(value);
    if (!target) throw fault('An alias refers to an anchor that does not exist.', start);
    return { kind: 'alias', start, anchored: false, target, end: end.at };
  }

  #opening(): Opening {
    const opening: Opening = { start: this.#scanner.peek().start, anchor: null, tag: null };
    const read = (type: 'anchor' | 'tag'): void => {
      if (!this.#is(type)) return;
      const found = this.#scanner.take();
      if (type === 'anchor') opening.anchor = found.value;
      else opening.tag = this.#tag(found);
    };
    const tagFirst = this.#is('tag');
    read(tagFirst ? 'tag' : 'anchor');
    if (tagFirst || opening.anchor !== null) read(tagFirst ? 'anchor' : 'tag');
    return opening;
  }

  #tag({ value: handle, suffix, start }: Token): string {
    if (handle === '') return suffix;
    const tag = (this.#tags.get(handle) ?? '') + (this.#tags.has(handle) ? suffix : '');
    if (tag === '') throw fault('A tag has an unknown handle.', start);
    return tag;
  }

  #name<N extends YamlNode>({ anchor }: Opening, node: N): N {
    if (anchor !== null) {
      node.anchored = true;
      this.#anchors.set(anchor, node);
    }
    return node;
  }

  #scalar(opening: Opening, { value, style, start, end }: Token): ScalarNode {
    const tag = opening.tag ?? '';
    return this.#name(opening, {
      kind: 'scalar',
      start: opening.start,
      anchored: false,
      value,
      tag,
      implicit: (tag === '' && style === 'plain') || tag === '!',
      style,
      from: start.at,
      end: end.at,
    });
  }

  /** An anchor or a tag with nothing behind it. */
  #nothing(opening: Opening, at: Mark): ScalarNode {
    const tag = opening.tag ?? '';
    return this.#name(opening, { ...empty(at), start: opening.start, tag, implicit: tag === '' });
  }

  #enter(start: Mark): void {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new GoYamlError(tooDeep, start.line + 1, true);
  }

  #sequence(opening: Opening, form: 'block' | 'indentless' | 'flow'): SequenceNode {
    const { start } = opening;
    const node = this.#name<SequenceNode>(opening, {
      kind: 'sequence',
      start,
      anchored: false,
      end: start.at,
      flow: form === 'flow',
      dashes: [],
      items: [],
    });
    this.#enter(start);
    if (form === 'flow') node.end = this.#flowItems(node.items);
    else {
      this.#blockItems(node, form === 'indentless');
      node.end = node.items.at(-1)?.end ?? start.at;
    }
    this.#depth -= 1;
    return node;
  }

  #blockItems({ items, dashes }: SequenceNode, indentless: boolean): void {
    if (!indentless) this.#scanner.take();
    while (this.#is('block-entry')) {
      const { start, end } = this.#scanner.take();
      dashes.push(start);
      const none = this.#is('block-entry', 'block-end') || (indentless && this.#is('key', 'value'));
      items.push(none ? empty(end) : this.#node(true, false));
    }
    if (!indentless) this.#expect('block-end', 'A "-" is missing in a list.');
  }

  #flowItems(items: YamlNode[]): number {
    this.#scanner.take();
    for (let first = true; !this.#is('flow-sequence-end'); first = false) {
      if (!first) {
        this.#expect('flow-entry', 'A "," or "]" is missing in a list.');
        if (this.#is('flow-sequence-end')) break;
      }
      items.push(this.#is('key') ? this.#pairInList() : this.#node(false, false));
    }
    return this.#scanner.take().end.at;
  }

  /** `[a: b]`: a mapping of one pair. */
  #pairInList(): MappingNode {
    const { start, end } = this.#scanner.take();
    this.#enter(start);
    let key: YamlNode;
    if (this.#is('value', 'flow-entry', 'flow-sequence-end')) {
      key = empty(this.#scanner.peek().end);
      // go-yaml takes the token away, whatever it is, and so reads `[? : a]` as it does.
      this.#scanner.take();
    } else key = this.#node(false, false);
    let value: YamlNode | null = null;
    if (this.#is('value')) {
      this.#scanner.take();
      if (!this.#is('flow-entry', 'flow-sequence-end')) value = this.#node(false, false);
    }
    this.#depth -= 1;
    return {
      kind: 'mapping',
      start,
      anchored: false,
      end: value?.end ?? key.end,
      flow: true,
      pairs: [[key, value ?? empty(end)]],
    };
  }

  #mapping(opening: Opening, form: 'block' | 'flow'): MappingNode {
    const { start } = opening;
    const flow = form === 'flow';
    const node = this.#name<MappingNode>(opening, {
      kind: 'mapping',
      start,
      anchored: false,
      end: start.at,
      flow,
      pairs: [],
    });
    this.#enter(start);
    this.#scanner.take();
    if (flow) node.end = this.#flowPairs(node.pairs);
    else {
      this.#blockPairs(node.pairs);
      node.end = node.pairs.at(-1)?.[1].end ?? start.at;
    }
    this.#depth -= 1;
    return node;
  }

  #blockPairs(pairs: [YamlNode, YamlNode][]): void {
    while (this.#is('key')) {
      const { end } = this.#scanner.take();
      const key = this.#is('key', 'value', 'block-end') ? empty(end) : this.#node(true, true);
      if (!this.#is('value')) {
        pairs.push([key, empty(this.#scanner.peek().start)]);
        continue;
      }
      const colon = this.#scanner.take();
      const none = this.#is('key', 'value', 'block-end');
      pairs.push([key, none ? empty(colon.end) : this.#node(true, true)]);
    }
    this.#expect('block-end', 'A key is missing in a mapping.');
  }

  #flowPairs(pairs: [YamlNode, YamlNode][]): number {
    for (let first = true; !this.#is('flow-mapping-end'); first = false) {
      if (!first) {
        this.#expect('flow-entry', 'A "," or "}" is missing in a mapping.');
        if (this.#is('flow-mapping-end')) break;
      }
      if (!this.#is('key')) {
        const key = this.#node(false, false);
        pairs.push([key, empty(this.#scanner.peek().start)]);
        continue;
      }
      this.#scanner.take();
      const { start } = this.#scanner.peek();
      const key = this.#is('value', 'flow-entry', 'flow-mapping-end')
        ? empty(start)
        : this.#node(false, false);
      let value: YamlNode | null = null;
      if (this.#is('value')) {
        const colon = this.#scanner.take();
        value = this.#is('flow-entry', 'flow-mapping-end') ? empty(colon.end) : this.#node(false, false);
      }
      pairs.push([key, value ?? empty(this.#scanner.peek().start)]);
    }
    return this.#scanner.take().end.at;
  }
}

/** A value that is not written. */
const empty = (mark: Mark): ScalarNode => ({
  kind: 'scalar',
  start: mark,
  anchored: false,
  value: '',
  tag: '',
  implicit: true,
  style: 'plain',
  from: mark.at,
  end: mark.at,
});

const fault = (reason: string, mark: Mark): GoYamlError => new GoYamlError(reason, mark.line + 1);
