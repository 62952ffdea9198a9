import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, normalize, posix } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { z } from 'zod';
import { inProject } from '../project';
import { bundledList } from './bundled-packages';
import { folderOnDisk, licenceOf, licencesFile, type PackageFolder } from './licences';
import { bomOfLockfile, bomOfShipped } from './sbom';

/**
 * Finishes a packaged app before it is signed: lists what is shipped in it (`sbom.cdx.json`) and under which licences
 * (`licences.json`), and takes out Electron's own default app, which opens any folder.
 * @param options.resources the package's folder of that name, with app.asar. @param options.electron its version
 * @param options.platform as Node names it, as is `arch`
 * @throws Error when something is shipped that may not be, or whose licence is not known: packaging ends there.
 */
export async function finishPackage(options: {
  resources: string;
  platform: string;
  arch: string;
  electron: string;
}): Promise<void> {
  const { resources } = options;
  await rm(join(resources, 'default_app.asar'), { force: true });
  const folders = await shippedFolders(join(resources, 'app.asar'));
  const found = await Promise.allSettled(folders.map(licenceOf));
  const faults = found.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  if (faults.length > 0) throw new Error(`this may not be shipped:\n${faults.join('\n')}`);
  const each = new Map(
    found.flatMap((one) =>
      one.status === 'fulfilled' ? [[`${one.value.name}@${one.value.version}`, one.value] as const] : [],
    ),
  );
  const packages = [...each.values()];
  checkNativeCode(packages, options);
  const bom = bomOfShipped(await bomOfLockfile(), packages, { version: options.electron });
  await writeFile(join(resources, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 1)}\n`);
  await writeFile(join(resources, 'licences.json'), JSON.stringify(licencesFile(packages)));
}

/**
 * SQLite's native code is a package per system and processor, of which npm installs those of the machine that packages.
 * @throws Error unless exactly the one of the packaged system is there: the app would not start, or be twice as large.
 */
function checkNativeCode(
  packages: readonly { name: string }[],
  { platform, arch }: { platform: string; arch: string },
): void {
  const found = packages.flatMap(({ name }) => (/^@libsql\/[a-z0-9]+-/.test(name) ? [name] : []));
  if (found.length === 1 && found[0]?.startsWith(`@libsql/${platform}-${arch}`)) return;
  throw new Error(`SQLite for ${platform}-${arch} is needed, and there is ${found.join(', ') || 'none'}`);
}

/** The packages of which something is shipped: as they are, or in our bundles. */
async function shippedFolders(archive: string): Promise<PackageFolder[]> {
  const asTheyAre = packagesIn(archive);
  const bundled = await Promise.all(
    ['electron', 'renderer'].map(async (part) => {
      const list = await readFile(inProject('dist', part, bundledList), 'utf8');
      return z.array(z.string()).parse(JSON.parse(list));
    }),
  );
  return [
    ...asTheyAre,
    ...[...new Set(bundled.flat())].sort().map((folder) => folderOnDisk(inProject(folder))),
  ];
}

/** The packages in an archive. They may lie elsewhere in it than npm put them. */
function packagesIn(archive: string): PackageFolder[] {
  const files = listPackage(archive, { isPack: false }).map((file) => file.replaceAll('\\', '/').slice(1));
  return files
    .filter((file) => /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
    .map((manifest) => {
      const folder = posix.dirname(manifest);
      return {
        files: async () =>
          files.filter((file) => posix.dirname(file) === folder).map((file) => posix.basename(file)),
        read: async (file) => extractFile(archive, normalize(`${folder}/${file}`)).toString('utf8'),
      };
    });
}
