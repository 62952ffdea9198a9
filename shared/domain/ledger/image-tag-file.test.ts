import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { editImageTagFile, needsQuotes, newImageTagFile } from './image-tag-edit';
import { readImageTagFile } from './image-tag-file';
import { isImageTag } from './version';

const textOf = (edit: ReturnType<typeof editImageTagFile>): string => {
  if (!edit.ok) throw new Error(edit.problem.reason);
  return edit.text;
};
const problemsOf = (text: string) => readImageTagFile(text).problems.map(({ code, line }) => [code, line]);

describe('reading', () => {
  it('reads the three values', () => {
    expect(
      readImageTagFile('image_tag: v1393\nautomatic_deploys_enabled: true\npromote_deployment: false\n'),
    ).toEqual({ imageTag: 'v1393', automaticDeploys: true, promote: false, problems: [] });
  });

  it.each([
    ['', 'empty', undefined],
    ['# a comment alone\n', 'empty', undefined],
    ['- a\n', 'not-a-mapping', 1],
    ['a: 1\nimage_tag: [v1\n', 'not-yaml', 3],
    ['image_tag: v1\nimage_tag: v2\n', 'duplicate-key', 2],
    ['image_tag: v1\n---\nimage_tag: v2\n', 'several-documents', 2],
    ['promote_deployment: true\n', 'no-tag', undefined],
    ['a: 1\nimage_tag:\n', 'no-tag', 2],
    ['a: 1\nimage_tag: ~\n', 'no-tag', 2],
    ['image_tag: a b\n', 'not-a-tag', 1],
    ['a: 1\nimage_tag: {x: y}\n', 'not-a-tag', 2],
    ['image_tag: v1\npromote_deployment: maybe\n', 'not-true-or-false', 2],
    ['image_tag: v1\npromote_deployment: 1\n', 'not-true-or-false', 2],
    ['image_tag: v1\npromote_deployment:\n', 'not-true-or-false', 2],
    ['image_tag: !!int v1\n', 'not-yaml', 1],
    ['image_tag: .inf\n', 'not-yaml', 1],
    ['image_tag: v1\n~: x\n', 'not-yaml', 2],
    ['image_tag: *a\n', 'not-yaml', 1],
    ['image_tag:\tv1\n\tb: c\n', 'not-yaml', 2],
    ['image_tag: v\u00001\n', 'not-yaml', 1],
    ['a: 1\n---\n# only a comment\n', 'no-tag', undefined],
  ])('%j is a problem: %s at line %s', (text, code, line) => {
    expect(problemsOf(text)).toContainEqual([code, line]);
  });

  it.each([
    ['image_tag: !!str 1234567\n', '1234567'],
    ['image_tag: ! 1234567\n', '1234567'],
    ['image_tag: !team v1\n', 'v1'],
    ['a: &a v1\nimage_tag: *a\n', 'v1'],
    ['image_tag: &a v1\nb: *a\n', 'v1'],
    ['<<: {a: 1, image_tag: v0}\nimage_tag: v1\n', 'v1'],
    ['image_tag: v1\n<<: {image_tag: v2}\n', 'v2'],
    ['image_tag: 2024-01-01\n', '2024-01-01'],
    ['image_tag: 12e5678\n', '12e5678'],
    ['image_tag: |-\n  v1\n', 'v1'],
    ['"image_tag" : v1\n', 'v1'],
    ['? image_tag\n: v1\n', 'v1'],
    ['{image_tag: v1}', 'v1'],
    ['image_tag: v1\n---\n', 'v1'],
    ['image_tag: v1\n--- # the end\n', 'v1'],
    ['image_tag: v1\n---\n# the end\n\n', 'v1'],
    ['image_tag: v1\n...\n', 'v1'],
    ['%YAML 1.1\n---\nimage_tag: v1\n', 'v1'],
    ['image_tag: v1\rpromote_deployment: true\r', 'v1'],
    ['\ufeffimage_tag: v1\n', 'v1'],
    ['image_tag: v1 #c\n', 'v1'],
    ['image_tag:\tv1\n', 'v1'],
  ])('reads %j as Helm does: %s, and has nothing to say against it', (text, version) => {
    expect(readImageTagFile(text)).toMatchObject({ imageTag: version, problems: [] });
  });

  it.each([
    ['yes', true],
    ['y', true],
    ['On', true],
    ['!!bool "true"', true],
    ["'true'", true],
    ['no', false],
    ['OFF', false],
    ['N', false],
  ])('reads promote_deployment: %s as Helm does: %s', (word, is) => {
    const text = `image_tag: v1\npromote_deployment: ${word}\n`;
    expect(readImageTagFile(text)).toMatchObject({ promote: is, problems: [] });
  });

  it.each([
    ['image_tag: v1\nimage_tag: v2\n', 'v2', 'duplicate-key'],
    ['image_tag: v1\n---\nimage_tag: v2\n', 'v1', 'several-documents'],
  ])('reads %j as Helm does, %s, and warns', (text, version, code) => {
    const file = readImageTagFile(text);
    expect([file.imageTag, file.problems.map((problem) => problem.code)]).toEqual([version, [code]]);
  });

  it.each(['123', '1e3', '0x10', '1.5', 'true', 'null', 'yes', '1_000', '0b1', '0o1_7', '1e_3', '0b-1'])(
    'reports that YAML does not read the tag %s as a text, and shows it as written',
    (tag) => {
      const file = readImageTagFile(`# c\nimage_tag: ${tag}\n`);
      const [problem] = file.problems;
      expect(problem?.line).toBe(2);
      if (tag === 'null') expect(file.imageTag).toBeNull();
      else expect([problem?.code, file.imageTag]).toEqual(['tag-read-as-something-else', tag]);
    },
  );

  it('takes a quoted number for the text that it is', () => {
    expect(readImageTagFile('image_tag: "123"\n')).toMatchObject({ imageTag: '123', problems: [] });
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc
            .array(
              fc.constantFrom(
                'image_tag',
                ':',
                ' ',
                '\n',
                '"',
                "'",
                '|',
                '>',
                '&a',
                '*a',
                '<<',
                '{',
                '}',
                '- ',
                '\t',
                '\r\n',
                'v1',
                '#',
                '!!str ',
                '---',
                '?',
              ),
              { maxLength: 30 },
            )
            .map((parts) => parts.join('')),
        ),
        (text) => {
          const file = readImageTagFile(text);
          expect(file.imageTag !== null || file.problems.length > 0).toBe(true);
          editImageTagFile(text, { imageTag: 'v2', promote: false });
        },
      ),
    );
  });
});

const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
const awkwardTag = fc.oneof(
  tag,
  fc.constantFrom('123', '1e3', '0x10', 'true', 'null', 'no', '2024-01-01', '1_0', '_', '0o7', '.5'.slice(1)),
);

/** A file as people write it, with the value of the tag cut out: [before, value, after]. */
const fileAround = fc
  .record({
    bom: fc.constantFrom('', '\ufeff'),
    eol: fc.constantFrom('\n', '\r\n'),
    quote: fc.constantFrom('', '"', "'"),
    comment: fc.constantFrom('', ' # why', '   #'),
    spaces: fc.integer({ min: 1, max: 3 }),
    indent: fc.constantFrom('', '  '),
    before: fc.array(fc.constantFrom('# a comment', 'automatic_deploys_enabled:   true', 'other: "x"'), {
      maxLength: 3,
    }),
    after: fc.array(fc.constantFrom('# end', 'promote_deployment: false # no', "third: 'y'", ''), {
      maxLength: 3,
    }),
    finalEol: fc.boolean(),
    tag,
  })
  .map((drawn) => {
    const f = drawn;
    const line = (text: string) => (text && !text.startsWith('#') ? f.indent + text : text);
    const unique = (lines: string[]) =>
      lines.filter((text, at) => !text || text.startsWith('#') || lines.indexOf(text) === at);
    const head = [...unique(f.before).map(line), ''].join(f.eol);
    const tail = [f.comment, ...unique(f.after).map(line)].join(f.eol) + (f.finalEol ? f.eol : '');
    const quote = f.quote || (needsQuotes(f.tag) ? '"' : '');
    return {
      head: `${f.bom}${head}${f.indent}image_tag:${' '.repeat(f.spaces)}`,
      quote,
      tag: f.tag,
      tail,
    };
  });

describe('changing in place', () => {
  it('alters only the bytes of the value', () => {
    fc.assert(
      fc.property(fileAround, awkwardTag, (file, wanted) => {
        const text = `${file.head}${file.quote}${file.tag}${file.quote}${file.tail}`;
        const edited = textOf(editImageTagFile(text, { imageTag: wanted }));
        const quote = file.quote || (needsQuotes(wanted) ? '"' : '');
        expect(edited).toBe(`${file.head}${quote}${wanted}${quote}${file.tail}`);
        expect(readImageTagFile(edited)).toMatchObject({ imageTag: wanted, problems: [] });
        // Other parsers count the byte order mark as a column.
        if (file.head.startsWith('\ufeff')) return;
        expect(parse(edited).image_tag).toBe(wanted);
        expect(parse(edited, { version: '1.1' }).image_tag).toBe(wanted);
      }),
    );
  });

  it('adds a missing key on a line of its own and leaves every other byte', () => {
    fc.assert(
      fc.property(fileAround, fc.boolean(), (file, value) => {
        const text = `${file.head}${file.quote}${file.tag}${file.quote}${file.tail}`;
        fc.pre(!text.includes('promote_deployment'));
        const edited = textOf(editImageTagFile(text, { promote: value }));
        const added = edited.split(/\r?\n/).filter((line) => line.includes('promote_deployment'));
        expect(added).toHaveLength(1);
        expect(readImageTagFile(edited)).toEqual({ ...readImageTagFile(text), promote: value });
        const eol = text.includes('\r\n') ? '\r\n' : '\n';
        const line = `${added[0]}${eol}`;
        // Taking the line out again gives the old bytes.
        expect([edited.replace(line, ''), edited.replace(`${eol}${added[0]}`, '')]).toContain(text);
      }),
    );
  });

  it('leaves a text alone that says it already', () => {
    const text = "image_tag: 'v1'\r\npromote_deployment: true";
    expect(textOf(editImageTagFile(text, { imageTag: 'v1', promote: true }))).toBe(text);
  });

  it('quotes a number that stood there without quotes, even when it is to stay', () => {
    expect(textOf(editImageTagFile('image_tag: 123 # c\n', { imageTag: '123' }))).toBe(
      'image_tag: "123" # c\n',
    );
  });

  it('fills in an empty value before its comment', () => {
    expect(textOf(editImageTagFile('image_tag: # soon\n', { imageTag: 'v1' }))).toBe(
      'image_tag: v1 # soon\n',
    );
  });

  it('adds a line before the end mark and after a block text', () => {
    expect(textOf(editImageTagFile('---\nimage_tag: v1\n...\n', { promote: true }))).toBe(
      '---\nimage_tag: v1\npromote_deployment: true\n...\n',
    );
    expect(textOf(editImageTagFile('image_tag: v1\nnote: |\n  a\n  b\n', { promote: true }))).toBe(
      'image_tag: v1\nnote: |\n  a\n  b\npromote_deployment: true\n',
    );
  });

  it.each([
    '1e_3',
    '0o1_7',
    '0X1F',
    '0B101',
    '0x1f',
    '017',
    '1_',
    '0b-1',
    'y',
    'NO',
    'Off',
    'null',
    '1.',
    '1e5',
    '12e5678',
    '2024-01-01',
    '1_0.5',
  ])('writes the tag %s in quotes, since Helm or another parser reads something else without', (wanted) => {
    const edited = textOf(editImageTagFile('image_tag: v1 # c\n', { imageTag: wanted }));
    expect(edited).toBe(`image_tag: "${wanted}" # c\n`);
    expect(readImageTagFile(edited)).toMatchObject({ imageTag: wanted, problems: [] });
  });

  it.each([
    ['image_tag: !!str v1\n', 'image_tag: !!str v2\n'],
    ['image_tag: v1\rother: x\r', 'image_tag: v2\rother: x\r'],
    ['image_tag: v1\n---\n', 'image_tag: v2\n---\n'],
    ['image_tag: v1\n--- # c', 'image_tag: v2\n--- # c'],
    ['{image_tag: v1, b: c}', '{image_tag: v2, b: c}'],
    ['"image_tag": v1', '"image_tag": v2'],
    ['image_tag: !team v1\n', 'image_tag: !team v2\n'],
    ['image_tag: v1\u2028b: c', 'image_tag: v2\u2028b: c'],
  ])('changes the tag in %j', (text, wanted) => {
    expect(textOf(editImageTagFile(text, { imageTag: 'v2' }))).toBe(wanted);
  });

  it.each([
    ['image_tag: v1\rother: x', 'image_tag: v1\rother: x\rpromote_deployment: true'],
    ['image_tag: v1\r', 'image_tag: v1\rpromote_deployment: true\r'],
    ['image_tag: v1\nnote: |2\n   a', 'image_tag: v1\npromote_deployment: true\nnote: |2\n   a'],
    ['image_tag: v1\nnote: |+\n  a\n\n', 'image_tag: v1\nnote: |+\n  a\n\npromote_deployment: true\n'],
    ['image_tag: v1\n---\n', 'image_tag: v1\npromote_deployment: true\n---\n'],
    ['\ufeff  image_tag: v1', '\ufeff  image_tag: v1\n  promote_deployment: true'],
    ['image_tag: v1\nnotes:\n- a\n', 'image_tag: v1\nnotes:\n- a\npromote_deployment: true\n'],
    [
      'image_tag: v1\nnotes: [a,\n b] # c\n',
      'image_tag: v1\nnotes: [a,\n b] # c\npromote_deployment: true\n',
    ],
  ])('adds a key to %j, and the other ones stay what they are', (text, wanted) => {
    expect(textOf(editImageTagFile(text, { promote: true }))).toBe(wanted);
  });

  it.each([
    '',
    '- a\n',
    'image_tag: v0\nimage_tag: v1\n',
    'image_tag: v1\n---\nimage_tag: v3\n',
    '--- image_tag: v1\n',
    'image_tag: !!int "1"\n',
    'image_tag: [\n',
    'image_tag: >-\n  v1\n',
    'a: &a v1\nimage_tag: *a\n',
    '<<: {a: 1}\nimage_tag: v1\n',
    '{image_tag: v1\n',
  ])('refuses %j', (text) => {
    expect(editImageTagFile(text, { imageTag: 'v2' }).ok).toBe(false);
  });

  it('refuses what cannot be an image tag', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !isImageTag(text)),
        (text) => !editImageTagFile('image_tag: v1\n', { imageTag: text }).ok,
      ),
    );
  });

  it('writes a new file', () => {
    expect(textOf(newImageTagFile({ imageTag: '1e3', automaticDeploys: true, promote: false }))).toBe(
      'image_tag: "1e3"\nautomatic_deploys_enabled: true\npromote_deployment: false\n',
    );
  });
});
