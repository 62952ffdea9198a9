import { forbiddenAt } from './characters';
import { type Composed, maxDepth, tooDeep } from './compose';
import { composed } from './composed';
import { GoYamlError } from './cursor';
import { shortFloat } from './go-numbers';
import type { MappingNode, ScalarNode, YamlNode } from './nodes';
import { type Resolved, resolve } from './resolve';

/**
 * How many values may come out of aliases. go-yaml allows 400,000 of them in a small file (`allowedAliasRatio` in
 * `decode.go`); files of that kind are made to hurt.
 */
const maxAliased = 10_000;

/** What the key of a mapping at the top says. */
export interface Entry {
  key: YamlNode;
  value: YamlNode;
  /** It comes from another mapping, by `<<`. */
  merged: boolean;
}

/** What a text says to Go's `sigs.k8s.io/yaml`. */
export interface GoYaml {
  /** As `YAMLToJSON` and `encoding/json` give it: numbers are floats, keys are texts. */
  value: unknown;
  /** The document's nodes; `null` where the text has none. */
  root: YamlNode | null;
  /** The keys of the mapping at the top, where there is one. */
  entries: ReadonlyMap<string, Entry>;
  /** Keys, in any mapping, that stand there a second time. They are the ones that count. */
  repeated: readonly YamlNode[];
  /** Where the document ends, and whether something follows that was not read. */
  end: number;
  more: boolean;
}

/** @param stricter Go reads it, and we do not. */
export type GoYamlResult =
  | { ok: true; yaml: GoYaml }
  | { ok: false; line: number; reason: string; stricter: boolean };

/**
 * Reads the first document of a text as Helm (`fromYaml`) and kubectl do: Go's `sigs.k8s.io/yaml` 1.6.0, which is
 * go-yaml v2.4 and `encoding/json`. A key that is there twice counts the last time, `<<` merges where it stands, what
 * follows the first document is not read, tags of lists and mappings say nothing.
 *
 * Stricter than Go on purpose: at most 100 levels (also through aliases) where Go takes 10,000; at most 100,000 values in a document;
 * at most
 * 10,000 values out of aliases; no two keys that JSON makes one of (`1` and `"1"`), of which Go takes either; no control character anywhere in the file, where Go does not see one that lies far
 * behind the first document; no byte order mark twice, over which go-yaml loses the first character of each line.
 *
 * Linear in the text, without regular expressions over it. Never throws.
 *
 * @param oldWords whether `y`, `yes`, `on` and their likes are true or false, also as keys; they are for Go.
 */
export function readGoYaml(text: string, { oldWords = true } = {}): GoYamlResult {
  const from = text.startsWith('\ufeff') ? 1 : 0;
  const forbidden = forbiddenAt(text);
  if (forbidden >= 0 || text.startsWith('\ufeff', from)) {
    const at = Math.max(forbidden, 0);
    const line = text.slice(0, at).split(/\r\n|[\r\n\u0085\u2028\u2029]/).length;
    return {
      ok: false,
      line,
      reason: `There is a character that YAML does not allow (${codeOf(text, at)}).`,
      // go-yaml reads ahead by so much at most.
      stricter: forbidden < 0 || forbidden > 128,
    };
  }
  try {
    return { ok: true, yaml: new Decoder(oldWords).read(composed(text, from)) };
  } catch (error) {
    if (error instanceof GoYamlError)
      return { ok: false, line: error.line, reason: error.message, stricter: error.stricter };
    throw error;
  }
}

const codeOf = (text: string, at: number): string =>
  `U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

type Mapping = Record<string, unknown>;

class Decoder {
  readonly #oldWords: boolean;
  readonly #open = new Set<YamlNode>();
  readonly #entries = new Map<string, Entry>();
  /** Keys that JSON cannot have, by the mapping that has them: an error unless another value takes its place. */
  readonly #spoilt = new Map<object, GoYamlError>();
  /** What the keys of a mapping were before they became texts. */
  readonly #typed = new Map<object, Map<string, { type: string; own: boolean }>>();
  readonly #repeated: YamlNode[] = [];
  #top: Mapping | null = null;
  #root: YamlNode | null = null;
  #count = 0;
  #aliased = 0;
  #aliasDepth = 0;
  #depth = 0;

  constructor(oldWords: boolean) {
    this.#oldWords = oldWords;
  }

  read({ root, end, more }: Composed): GoYaml {
    this.#root = root;
    // The document itself counts.
    this.#count = 1;
    const value = root === null ? null : this.#value(root);
    this.#check(value, root);
    return { value, root, entries: this.#entries, repeated: this.#repeated, end, more };
  }

  /** What JSON cannot hold is an error only where it is left in the end. */
  #check(value: unknown, near: YamlNode | null): void {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new GoYamlError('A number is infinite or not a number.', (near?.start.line ?? 0) + 1);
    if (typeof value !== 'object' || value === null) return;
    const spoilt = this.#spoilt.get(value);
    if (spoilt) throw spoilt;
    for (const inner of Object.values(value)) this.#check(inner, near);
  }

  #counted(node: YamlNode): void {
    this.#count += 1;
    if (this.#aliasDepth === 0) return;
    this.#aliased += 1;
    const refused = this.#aliased > 100 && this.#count > 1000 && this.#aliased / this.#count > 0.99;
    if (refused || this.#aliased > maxAliased)
      throw new GoYamlError('Aliases are repeated too often.', node.start.line + 1, !refused);
  }

  #value(node: YamlNode): unknown {
    this.#counted(node);
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(node);
      case 'alias':
        return this.#through(node, (target) => this.#value(target));
      case 'sequence':
        return this.#deeper(node, () => node.items.map((item) => this.#value(item)));
      case 'mapping': {
        const made: Mapping = {};
        if (node === this.#root) this.#top = made;
        this.#mapping(node, made, true);
        return made;
      }
    }
  }

  #deeper<T>(node: YamlNode, work: () => T): T {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new GoYamlError(tooDeep, node.start.line + 1, true);
    const done = work();
    this.#depth -= 1;
    return done;
  }

  #through<T>(alias: YamlNode & { kind: 'alias' }, work: (target: YamlNode) => T): T {
    if (this.#open.has(alias)) throw fault('An anchor contains itself.', alias);
    this.#open.add(alias);
    this.#aliasDepth += 1;
    const done = work(alias.target);
    this.#aliasDepth -= 1;
    this.#open.delete(alias);
    return done;
  }

  #scalar(node: ScalarNode): unknown {
    const found = this.#resolved(node);
    return found.is === 'integer' ? Number(found.value) : found.value;
  }

  #resolved(node: ScalarNode): Resolved {
    const { tag, implicit, value } = node;
    if (tag === '' && !implicit) return { is: 'text', value };
    if (tag === 'tag:yaml.org,2002:binary') return { is: 'text', value: fromBase64(value, node) };
    const found = resolve(tag, value, this.#oldWords);
    if (!found) throw fault('A value does not match its tag.', node);
    return found;
  }

  #mapping(node: MappingNode, into: Mapping, own: boolean): void {
    this.#deeper(node, () => {
      for (const [key, value] of node.pairs) {
        if (isMerge(key)) this.#merge(value, into);
        else this.#set(key, value, into, own);
      }
    });
  }

  #set(key: YamlNode, node: YamlNode, into: Mapping, own: boolean): void {
    const found = this.#key(key, into);
    const value = this.#value(node);
    if (found === null) return;
    const name = found.is === 'float' ? shortFloat(found.value) : String(found.value);
    const type = `${found.is === 'date' ? 'text' : found.is} ${found.value}`;
    const types = this.#typed.get(into) ?? new Map<string, { type: string; own: boolean }>();
    this.#typed.set(into, types);
    const before = types.get(name);
    if (before && (before.type !== type || type === 'float NaN'))
      throw new GoYamlError('Two keys become one in JSON.', key.start.line + 1, true);
    if (own && before?.own) this.#repeated.push(key);
    types.set(name, { type, own: own || before?.own === true });
    if (into === this.#top) this.#entries.set(name, { key, value: node, merged: !own });
    Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
  }

  /** What a key is; `null` for one that JSON cannot have. */
  #key(key: YamlNode, into: Mapping): Resolved | null {
    this.#counted(key);
    if (key.kind === 'alias') return this.#through(key, (target) => this.#key(target, into));
    if (key.kind !== 'scalar') throw fault('A key is a list or a mapping.', key);
    const found = this.#resolved(key);
    if (found.is !== 'null' && !(found.is === 'integer' && found.value >= 2n ** 63n)) return found;
    this.#spoilt.set(into, fault('A key is null, or a number that is too big.', key));
    return null;
  }

  /** Puts the pairs of another mapping in, over those that are there; those that follow go over them in turn. */
  #merge(node: YamlNode, into: Mapping): void {
    const one = (from: YamlNode): void => {
      const target = from.kind === 'alias' ? from.target : from;
      if (target.kind !== 'mapping') throw fault('"<<" needs a mapping or a list of mappings.', from);
      this.#counted(from);
      if (from.kind === 'alias')
        this.#through(from, () => {
          this.#counted(target);
          this.#mapping(target, into, false);
        });
      else this.#mapping(target, into, false);
    };
    if (node.kind === 'sequence') for (const item of node.items.toReversed()) one(item);
    else one(node);
  }
}

const isMerge = (key: YamlNode): boolean =>
  key.kind === 'scalar' && key.value === '<<' && (key.implicit || key.tag === 'tag:yaml.org,2002:merge');

/** Go's `base64.StdEncoding`: padded, line breaks allowed. What is no UTF-8 comes as U+FFFD, as in JSON. */
function fromBase64(text: string, node: ScalarNode): string {
  const packed = text.replace(/[\r\n]/g, '');
  const body = packed.replace(/={0,2}$/, '');
  if (packed.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(body))
    throw fault('A binary value is not base64.', node);
  const octets = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
}

const fault = (reason: string, node: YamlNode): GoYamlError => new GoYamlError(reason, node.start.line + 1);
