import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CatFileAnswers } from './cat-file-answers';

const id = 'a'.repeat(40);
const mostBytes = 50;

type Printed = { content: Uint8Array } | null;
const printed = fc.array(
  fc.oneof(
    fc.constant(null),
    fc.uint8Array({ maxLength: 120 }).map((content) => ({ content })),
    // What looks like git's own lines is content all the same.
    fc.constantFrom(`${id} missing\n`, `${id} blob 3\nabc\n`).map((text) => ({ content: Buffer.from(text) })),
  ),
  { maxLength: 8 },
);

const asPrinted = (objects: readonly Printed[], withContent: boolean): Buffer =>
  Buffer.concat(
    objects.flatMap((one) =>
      one
        ? [
            Buffer.from(`${id} blob ${one.content.length}\n`),
            ...(withContent ? [one.content, Buffer.from('\n')] : []),
          ]
        : [Buffer.from(`${id} missing\n`)],
    ),
  );

/** Gives the bytes over in pieces of these sizes, again and again. */
function inPieces(answers: CatFileAnswers, bytes: Buffer, sizes: readonly number[]) {
  const found = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    for (const one of answers.take(bytes.subarray(at, at + size)))
      found.push(one && { ...one, content: one.content && Buffer.from(one.content) });
    at += size;
  }
  return found;
}

describe('what git cat-file prints', () => {
  it('is taken apart into its answers, however it is cut (property)', () => {
    fc.assert(
      fc.property(
        printed,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (objects, sizes, withContent) => {
          const answers = new CatFileAnswers(withContent ? mostBytes : null);
          expect(inPieces(answers, asPrinted(objects, withContent), sizes)).toEqual(
            objects.map(
              (one) =>
                one && {
                  type: 'blob',
                  size: one.content.length,
                  content: withContent && one.content.length <= mostBytes ? Buffer.from(one.content) : null,
                },
            ),
          );
        },
      ),
    );
  });

  it('is not held where it is bigger than the bound', () => {
    const answers = new CatFileAnswers(mostBytes);
    expect(answers.take(Buffer.from(`${id} blob 1000000\n`))).toEqual([
      { type: 'blob', size: 1_000_000, content: null },
    ]);
    const chunk = Buffer.alloc(100_000);
    for (let turn = 0; turn < 10; turn += 1) expect(answers.take(chunk)).toEqual([]);
    expect(answers.take(Buffer.from(`\n${id} missing\n`))).toEqual([null]);
  });
});
