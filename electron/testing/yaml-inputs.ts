/** Made-up image-tag files, records and kubeconfigs, whole and broken, the same ones for the same seed. */

/** A stream of numbers from 0 to 1 (mulberry32): the same for the same seed, on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const scalars = [
  'v1393',
  'release-1a2b3c',
  'true',
  'false',
  'yes',
  'No',
  'on',
  'OFF',
  'y',
  'n',
  'null',
  '~',
  '',
  'NULL',
  '123',
  '1_000',
  '1e3',
  '1e_3',
  '0o17',
  '0o1_7',
  '017',
  '089',
  '0x1F',
  '0X1F',
  '0b101',
  '0B101',
  '0b-101',
  '-0b1',
  '190:20:30',
  '.5',
  '.5_1',
  '+.5e3',
  '1.',
  '1.e+2',
  '-0',
  '-0.0',
  '12e5678',
  '.inf',
  '-.INF',
  '.nan',
  '<<',
  '=',
  '2024-01-01',
  '2024-13-01',
  '2001-12-14t21:59:43.10-05:00',
  '2001-12-14 21:59:43.10',
  '9223372036854775808',
  '18446744073709551616',
  '4505012345678901249',
  'a b',
  'a: b',
  'a #b',
  'a#b',
  '"a\\tb"',
  '"\\u00e9\\x41\\U0001F600"',
  '"\\q"',
  "'it''s'",
  '"123"',
  "'yes'",
  '"a\n  b\n\n  c"',
  'a\n  b',
  '!!str 1234567',
  '!!int "12"',
  '!!float 3',
  '!!bool yes',
  '!!null ""',
  '!!timestamp 2020-01-01',
  '!!binary aGVq',
  '!!binary ?',
  '! 12',
  '!x 12',
  '!<tag:yaml.org,2002:str> 5',
  '!e!x 5',
  '&a v7',
  '*a',
  '&b {x: 1}',
  '*b',
  '&c [1, 2]',
  '|\n  text\n  more\n',
  '|2\n   text',
  '|-\n  a\n',
  '|+\n  a\n\n',
  '>\n  a\n  b\n\n  c\n   d\n',
  '>-\n  a\n',
  '[a, b: c, {d: e}]',
  '[a,]',
  '[? a : b, ?]',
  '[? : a]',
  '{a, b: , c: d}',
  '{? a, ? b : c}',
  '{"a":1}',
  '{a:1}',
  '[]',
  '{}',
  '- x\n- y',
  '? x\n: y',
  '@x',
  '`x',
  '%x',
  '-x',
  '?x',
  ':x',
  '- ',
  'é😀',
  'a\u0085b',
  'a\u2028b',
  '\t',
  'x\ty',
];
const keys = [
  'image_tag',
  'automatic_deploys_enabled',
  'promote_deployment',
  'environment',
  'app',
  'by',
  'reason',
  'held',
  'token',
  'kind',
  'clusters',
  'users',
  'contexts',
  'current-context',
  '<<',
  '"image_tag"',
  "'by'",
  'on',
  '1',
  '1.5',
  '~',
  '? image_tag\n',
  '&k key',
  '*k',
  '!!str 5',
  '"<<"',
  '[a]',
  'a b',
  '0x10',
  '1e30',
  '-',
];
const marks = [
  '---\n',
  '---',
  '--- # why\n',
  '...\n',
  '%YAML 1.1\n---\n',
  '%TAG !e! tag:e,1:\n---\n',
  '\ufeff',
  '# c\n',
];
const noise = [
  ...' \t\n\r:-?,[]{}#&*!|>\'"%@`~<=.01a_\\',
  '\r\n',
  '\n  ',
  ': ',
  '- ',
  '--- ',
  '\n---\n',
  '\u0000',
  '\ufeff',
  'é',
];

const kubeconfigs = [
  'apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {server: S}\nusers:\n- name: u\n  user:\n    token: S\ncontexts:\n- context: {cluster: c, user: u}\n  name: x\ncurrent-context: S\n',
  'users:\n  - user:\n      exec:\n        command: S\n        args: [S, S]\n        env:\n        - {name: S, value: S}\n    name: S\n',
];
const records = [
  'environment: S\napp: S\nby: S\nat: 2026-03-01T12:00:00.000Z\nreason: S\n',
  'held:\n  operation: S\n  by: S\n  bag: S\n  since: 2026-03-01T12:00:00Z\ntoken: S\nstate: S\n',
];

/** Texts without end; about a third of them is well formed. */
export function* yamlTexts(seed: number): Generator<string> {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const often = (share: number): boolean => random() < share;
  const pair = (indent: string): string => {
    const key = often(0.8) ? pick(keys.slice(0, 10)) : pick(keys);
    const text = often(0.75) ? pick(scalars.slice(0, 60)) : pick(scalars);
    const space = often(0.9) ? ' ' : pick(['  ', '\t', '', ' # c\n  ']);
    const end = often(0.9) ? '' : pick([' # c', ' ', '\t', '#c']);
    return `${indent}${key}:${space}${text.replaceAll('\n', `\n${indent}`)}${end}\n`;
  };
  const block = (): string => {
    let text = '';
    let indent = '';
    for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1) {
      if (often(0.15)) {
        text += `${indent}${pick(keys)}:\n`;
        indent += often(0.8) ? '  ' : ' ';
      } else if (often(0.1)) text += `${indent}- ${pick(scalars)}\n`;
      text += pair(indent);
      if (often(0.1)) indent = '';
    }
    return text;
  };
  for (;;) {
    const template = random();
    let text =
      template < 0.15
        ? pick(kubeconfigs).replace(/S/g, () => pick(scalars))
        : template < 0.3
          ? pick(records).replace(/S/g, () => pick(scalars))
          : block();
    if (often(0.1)) text = pick(marks) + text;
    if (often(0.15)) text += pick(marks) + (often(0.5) ? block() : '');
    if (often(0.1)) text = text.replaceAll('\n', pick(['\r\n', '\r']));
    if (often(0.1)) text = text.replace(/\n$/, '');
    for (let left = often(0.4) ? Math.floor(random() * 4) : 0; left > 0; left -= 1) {
      const at = Math.floor(random() * (text.length + 1));
      const cut = often(0.4) ? Math.floor(random() * 4) : 0;
      text = text.slice(0, at) + (often(0.7) ? pick(noise) : '') + text.slice(at + cut);
    }
    if (often(0.02)) text += pick(noise).repeat(1 + Math.floor(random() * 150));
    yield text;
  }
}
