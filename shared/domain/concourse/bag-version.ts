import type { ResourceVersion, VersionValue } from './answers';

/** How a bag is read from a version of its resource. */
export interface BagNames {
  /** The member that holds its number. */
  number: string;
  /** Members by service; `null`: every member that ends in `-image`. */
  services: Readonly<Record<string, string>> | null;
}

/** Bags are told apart by numbers of at most nine digits. */
const endsInNumber = /(\d{1,9})$/;

/** The bag's number: the digits at the end of its member, else of `tag`; `null`: it has none. */
export function bagNumber(version: VersionValue, { number }: BagNames): number | null {
  for (const name of [number, 'tag']) {
    const found = Number(endsInNumber.exec(version[name] ?? '')?.[1] ?? 0);
    if (found > 0) return found;
  }
  return null;
}

const image = '-image';

/** Versions of the services in a bag, by service. What it lacks is left out. */
export function bagServices(
  { version, metadata }: Pick<ResourceVersion, 'version' | 'metadata'>,
  { services }: BagNames,
): Record<string, string> {
  if (services === null)
    return Object.fromEntries(
      Object.entries(version).flatMap(([name, text]) =>
        name.endsWith(image) && text !== '' ? [[name.slice(0, -image.length), text]] : [],
      ),
    );
  return Object.fromEntries(
    Object.entries(services).flatMap(([service, member]) => {
      const text = version[member] ?? metadata.find(({ name }) => name === member)?.value ?? '';
      return text === '' ? [] : [[service, text]];
    }),
  );
}
