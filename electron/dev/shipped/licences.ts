import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import satisfies from 'spdx-satisfies';
import { z } from 'zod';
import type { Licences } from '../../../shared/domain/licences/licences';

/**
 * Under which licences what is shipped may stand, by SPDX's names: those that ask for no more than that their text is
 * kept beside it. OFL is of the fonts.
 */
const allowed = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
  'Zlib',
];

const manifestSchema = z.object({
  name: z.string().min(1),
  version: z.string().min(1),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  /** Of old packages (npm, "package.json", license: deprecated forms). */
  licenses: z.array(z.object({ type: z.string() })).optional(),
});

/** A package's own folder, on disk or in an archive. */
export interface PackageFolder {
  /** Names of what lies directly in it. */
  files(): Promise<readonly string[]>;
  read(file: string): Promise<string>;
}

export const folderOnDisk = (folder: string): PackageFolder => ({
  files: () => readdir(folder),
  read: (file) => readFile(join(folder, file), 'utf8'),
});

/** A package, and under which licence it is shipped. */
export interface PackageLicence {
  name: string;
  version: string;
  /** SPDX expression. */
  licence: string;
  /** The licence's text, and the notice that Apache's asks to be kept. */
  text: string;
}

/**
 * The licence of a package's folder.
 * @throws Error naming the package, when it has none, none that is allowed, or no text of it is known.
 */
export async function licenceOf(folder: PackageFolder): Promise<PackageLicence> {
  const manifest = manifestSchema.parse(JSON.parse(await folder.read('package.json')));
  const { name, version, license, licenses } = manifest;
  const told = typeof license === 'string' ? license : license?.type;
  const licence = told ?? licenses?.map(({ type }) => type).join(' OR ') ?? '';
  if (licence === '') throw new Error(`${name} ${version} names no licence`);
  if (!isAllowed(licence))
    throw new Error(`${name} ${version} stands under ${licence}, which is not allowed`);
  const files = (await folder.files()).filter((file) => /^(licen[cs]e|copying|notice|unlicense)/i.test(file));
  const texts = await Promise.all(files.sort().map((file) => folder.read(file)));
  const isLicence = files.some((file) => !/^notice/i.test(file));
  const text = [...(isLicence ? [] : [standardText(licence, name, version)]), ...texts]
    .map((one) => one.replaceAll('\r\n', '\n').trim())
    .join('\n\n');
  return { name, version, licence, text };
}

/** Whether an SPDX expression can be met by what is allowed; what is no expression can't. */
function isAllowed(licence: string): boolean {
  try {
    return satisfies(licence, allowed);
  } catch {
    // "SEE LICENSE IN …", "UNLICENSED", or a name that SPDX does not have.
    return false;
  }
}

/** SPDX's own text of one licence, for packages that were published without its file. */
function standardText(licence: string, name: string, version: string): string {
  try {
    const found: unknown = createRequire(import.meta.url)(`spdx-license-list/licenses/${licence}.json`);
    return z.object({ licenseText: z.string().min(1) }).parse(found).licenseText;
  } catch (cause) {
    throw new Error(`${name} ${version} ships no text of its licence (${licence})`, { cause });
  }
}

/** What {@link licenceOf} found of all packages, as the app reads it: each text once. */
export function licencesFile(packages: readonly PackageLicence[]): Licences {
  const texts = [...new Set(packages.map(({ text }) => text))];
  return {
    texts,
    packages: packages
      .map(({ name, version, licence, text }) => ({ name, version, licence, text: texts.indexOf(text) }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en')),
  };
}
