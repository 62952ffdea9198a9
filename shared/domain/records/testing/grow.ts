import fc from 'fast-check';
import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { readGoYaml } from '../../go/yaml/decode';
import { isMapping } from '../read-record';
import { same } from '../wanted-fields';

/** Where a mapping lies in a record: keys, and for an item of a list what it is called. */
type Path = readonly string[];

/** Mappings whose keys are names of things, so that an unknown key there would be one more thing. */
const ofNames = new Set(['files', 'tests', 'services', 'changes', 'changed']);

/** Numbers of [0, 1) that follow from a seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const values = fc.sample(
  fc.oneof(
    fc.jsonValue({ maxDepth: 2 }).filter((one) => JSON.stringify(one).length < 200),
    fc.constantFrom('yes', 'on', '1e3', '0o17', '2026-03-01', '~', '# none', 'a: b', '- a', 'keep\nme\n', ''),
  ),
  { numRuns: 200, seed: 20_260_301 },
);

/** A record as a newer console of the same version may have written it: more keys at every level, in any order, and comments. */
export function grown(text: string, random: () => number): string {
  const document = parseDocument(text);
  let count = 0;
  const pick = (below: number): number => Math.floor(random() * below);
  const comments = random() < 0.7;
  const grow = (map: YAMLMap, path: Path): void => {
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const inner = [...path, name];
      if (isMap(value)) grow(value, inner);
      if (isSeq(value))
        for (const item of value.items)
          if (isMap(item)) grow(item, [...inner, `[${String(item.get('environment'))}]`]);
      if (comments && random() < 0.4 && isScalar(key))
        key.commentBefore = ` c${count++} ${mark([...path, ''])}`;
      if (comments && random() < 0.4 && isScalar(value) && !String(value.value).includes('\n'))
        value.comment = ` c${count++} ${mark(inner)}`;
    }
    if (ofNames.has(path.at(-1) ?? '')) return;
    for (let more = pick(3); more > 0; more -= 1) {
      const value = values[pick(values.length)];
      const pair = document.createPair(
        `x-${count++}-${pick(1_000_000_000)}`,
        value,
      ) as (typeof map.items)[number];
      if (random() < 0.3) (pair.value as Node & { flow?: boolean }).flow = true;
      map.items.splice(pick(map.items.length + 1), 0, pair);
    }
  };
  if (isMap(document.contents)) grow(document.contents, []);
  const json = JSON.stringify(document.toJS());
  const written = comments || random() < 0.5 ? document.toString({ lineWidth: 0 }) : json;
  // The library writes YAML 1.2, of which Go reads nearly all.
  const made = readGoYaml(written, { oldWords: false }).ok ? written : json;
  return random() < 0.15 ? made.replaceAll('\n', '\r\n') : made;
}

const mark = (path: Path): string => `<${path.join('/')}>`;

/** What a path leads to, `undefined` where it leads nowhere. */
function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner))
      return inner.find((one) => isMapping(one) && `[${String(one.environment)}]` === step);
    return isMapping(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined;
  }, value);
}

function plain(text: string): unknown {
  const read = readGoYaml(text, { oldWords: false });
  if (!read.ok) throw new Error(`${read.reason}\n${text}`);
  return read.yaml.value;
}

/**
 * What a rewrite of a grown record lost, in words; empty: nothing. A key or comment may go only with the mapping, or the
 * known key, that it stood in or beside.
 */
export function lost(before: string, after: string): string[] {
  const [was, is] = [plain(before), plain(after)];
  const found: string[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (Array.isArray(value))
      for (const item of value) if (isMapping(item)) walk(item, [...path, `[${String(item.environment)}]`]);
    const now = at(is, path);
    if (!isMapping(value) || !isMapping(now)) return;
    const names = Object.keys(value).filter((name) => Object.hasOwn(now, name));
    const order = Object.keys(now).filter((name) => names.includes(name));
    if (!same(names, order)) found.push(`order of ${mark(path)}`);
    for (const [name, inner] of Object.entries(value)) {
      if (!name.startsWith('x-')) walk(inner, [...path, name]);
      else if (!Object.hasOwn(now, name) || !same(now[name], inner)) found.push(`${mark(path)} ${name}`);
    }
  };
  walk(was, []);
  for (const [comment, path = ''] of before.matchAll(/# c\d+ <([^>\n]*)>/g)) {
    const inside = path === '' || path.endsWith('/');
    const there = at(
      is,
      path.split('/').filter((step) => step !== ''),
    );
    // What is empty now has lost all that stood in it.
    const stands = inside ? isMapping(there) && Object.keys(there).length > 0 : there !== undefined;
    if (stands && !after.includes(comment)) found.push(comment);
  }
  return found;
}
