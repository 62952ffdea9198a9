/**
 * A number with its noun, for every text that depends on a count: `1 commit`, `3 commits`, `1,204 lines`.
 * @param many where it is not `one` and an s: `count(2, 'person', 'people')`, `count(2, 'retry', 'retries')`.
 */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}
