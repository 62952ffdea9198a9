import { z } from 'zod';

/**
 * Objects of a cluster are written by many hands: controllers of other versions, people, tools. So `null` is absence (as
 * in Go, where it leaves a field at its zero value), and one odd field never hides the object that has it.
 */

/** A field that may be missing or null. */
export const optional = <T extends z.ZodType>(schema: T) => schema.nullish();

/** A list that may be missing or null: it is empty then. */
export const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((items): z.output<T>[] => items ?? []);

/**
 * Texts by name: labels, annotations. As `z.record(z.string(), z.string())` judges them, but without a copy and without
 * a schema run for each: an object has dozens, comes again with every change, and little of them is looked at.
 */
export const texts = z.custom<Readonly<Record<string, string>>>().check((read) => {
  const { value, issues } = read as { value: unknown; issues: z.core.$ZodRawIssue[] };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    issues.push({ code: 'invalid_type', expected: 'record', input: value });
    return;
  }
  for (const [name, text] of Object.entries(value))
    if (typeof text !== 'string')
      issues.push({ code: 'invalid_type', expected: 'string', input: text, path: [name] });
});

type Path = readonly PropertyKey[];

/** What is to be left out of a value: all of it, or these parts. */
type Cut = 'whole' | Map<PropertyKey, Cut>;

/** The value at a path, `undefined` where there is none. */
function at(value: unknown, path: Path): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

function mark(cuts: Map<PropertyKey, Cut>, path: Path): void {
  let within = cuts;
  for (const [depth, key] of path.entries()) {
    const known = within.get(key);
    if (known === 'whole') return;
    if (depth === path.length - 1) within.set(key, 'whole');
    else {
      const deeper = known ?? new Map<PropertyKey, Cut>();
      within.set(key, deeper);
      within = deeper;
    }
  }
}

/** A copy without what is cut; what is not touched is shared. */
function without(value: unknown, cuts: ReadonlyMap<PropertyKey, Cut>): unknown {
  if (Array.isArray(value))
    return value.flatMap((item, index) => {
      const cut = cuts.get(index);
      return cut === 'whole' ? [] : [cut ? without(item, cut) : item];
    });
  const entries = Object.entries(value as object).flatMap(([name, inner]): [string, unknown][] => {
    const cut = cuts.get(name);
    return cut === 'whole' ? [] : [[name, cut ? without(inner, cut) : inner]];
  });
  return Object.fromEntries(entries);
}

/** Told of the places that were left out, as `status.nodes.b.message`; their values are not, as they may be secret. */
export type OnOdd = (places: readonly string[]) => void;

/** Objects are not so deep that more rounds than this would be needed. */
const mostRounds = 16;

/**
 * Reads an object by its schema. What does not fit is left out: the field, or, where the schema needs it, the item or
 * part that it belongs to.
 * @throws ZodError when the object itself needs it: its identity.
 */
export function readObject<S extends z.ZodType>(schema: S, object: unknown, onOdd?: OnOdd): z.output<S> {
  let value = object;
  const odd: string[] = [];
  for (let round = 0; ; round += 1) {
    const read = schema.safeParse(value);
    if (read.success) {
      if (odd.length > 0) onOdd?.(odd);
      return read.data;
    }
    const cuts = new Map<PropertyKey, Cut>();
    for (const { path } of read.error.issues) {
      let place: Path = path;
      // A part that lacks what it needs goes whole.
      while (place.length > 0 && at(value, place) === undefined) place = place.slice(0, -1);
      if (place.length === 0 || round === mostRounds) throw read.error;
      if (at(value, place) !== null) odd.push(place.join('.'));
      mark(cuts, place);
    }
    value = without(value, cuts);
  }
}

/** As {@link readObject}; `null` for what has no identity. */
export function readObjectOrNull<S extends z.ZodType>(
  schema: S,
  object: unknown,
  onOdd?: OnOdd,
): z.output<S> | null {
  try {
    return readObject(schema, object, onOdd);
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}
