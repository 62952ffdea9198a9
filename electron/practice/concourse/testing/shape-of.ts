/**
 * The shape of JSON: `object` members by name, `list` items all together, and what types were seen. Maps whose names are data
 * (versions, roles by team) are one member `*`.
 */
export type Shape = Readonly<Record<string, readonly string[]>>;

const maps = /(^|\.)(version|pinned_version|teams|inputs_by_name|missing_input_reasons|feature_flags)$/;

/** Every path in a value with the types found there; `?` beside them where not every object had it. */
export function shapeOf(value: unknown): Shape {
  const found = new Map<string, Set<string>>();
  const seen = new Map<string, number>();
  const note = (path: string, type: string) => found.set(path, (found.get(path) ?? new Set()).add(type));
  const visit = (one: unknown, path: string): void => {
    if (Array.isArray(one)) {
      note(path, 'list');
      for (const item of one) visit(item, `${path}[]`);
    } else if (typeof one === 'object' && one !== null) {
      note(path, 'object');
      seen.set(path, (seen.get(path) ?? 0) + 1);
      const isMap = maps.test(path);
      const names = new Set<string>();
      for (const [name, inner] of Object.entries(one)) {
        const place = `${path}.${isMap ? '*' : name}`;
        if (!names.has(place)) seen.set(`=${place}`, (seen.get(`=${place}`) ?? 0) + 1);
        names.add(place);
        visit(inner, place);
      }
    } else note(path, one === null ? 'null' : typeof one);
  };
  visit(value, '');
  return Object.fromEntries(
    [...found]
      .map(([path, types]): [string, string[]] => {
        const of = path.replace(/\.[^.]*$/, '');
        const isRare = path !== of && path.includes('.') && (seen.get(`=${path}`) ?? 0) < (seen.get(of) ?? 0);
        return [path, [...types].sort().concat(isRare ? ['?'] : [])];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
