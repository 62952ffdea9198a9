/**
 * Names in a sentence: `a`, `a and b`, `a, b and c`.
 * @param most names that are told; of more it says how many: `a, b and 4 more`. Left out: all of them.
 */
export function listText(names: readonly string[], most = names.length): string {
  const told = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  const last = told.at(-1) ?? '';
  return told.length < 2 ? last : `${told.slice(0, -1).join(', ')} and ${last}`;
}
