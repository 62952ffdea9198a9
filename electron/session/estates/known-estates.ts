import { z } from 'zod';
import { type EstateChoice, estateChoiceSchema, type KnownEstate, keyOf, knownEstateSchema } from './choice';

/** Where it lies between starts which estates were opened: names and values, as the settings' file has them. */
export interface KnownEstatesFile {
  get(name: string): unknown;
  /** @throws FailureError where it cannot be written. */
  set(changes: Readonly<Record<string, unknown>>): void;
}

/** The estates that were opened on this computer. */
export interface KnownEstates {
  /** Newest first. */
  all(): readonly KnownEstate[];
  /** The one that was open last, to begin with; `null`: none was, or the person closed it. */
  last(): EstateChoice | null;
  find(key: string): KnownEstate | null;
  opened(known: KnownEstate): void;
  closed(): void;
  forget(key: string): void;
}

/** Entries that are kept: nobody reads more. */
const most = 12;

export function knownEstates(file: KnownEstatesFile): KnownEstates {
  const all = (): KnownEstate[] => {
    const kept = z.array(z.unknown()).catch([]).parse(file.get('estates'));
    return kept.flatMap((one) => {
      const parsed = knownEstateSchema.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    });
  };
  return {
    all,
    last: () =>
      estateChoiceSchema
        .nullable()
        .catch(null)
        .parse(file.get('lastEstate') ?? null),
    find: (key) => all().find(({ choice }) => keyOf(choice) === key) ?? null,
    opened(known) {
      const key = keyOf(known.choice);
      const others = all().filter(({ choice }) => keyOf(choice) !== key);
      file.set({ estates: [known, ...others].slice(0, most), lastEstate: known.choice });
    },
    closed: () => file.set({ lastEstate: undefined }),
    forget(key) {
      const last = estateChoiceSchema
        .nullable()
        .catch(null)
        .parse(file.get('lastEstate') ?? null);
      file.set({
        estates: all().filter(({ choice }) => keyOf(choice) !== key),
        ...(last && keyOf(last) === key ? { lastEstate: undefined } : {}),
      });
    },
  };
}
