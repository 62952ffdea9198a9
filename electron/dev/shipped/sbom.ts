import { execa } from 'execa';
import { z } from 'zod';
import { projectRoot } from '../project';

/** What is read of a CycloneDX document (cyclonedx.org, "CycloneDX v1.5 JSON Reference"); the rest is kept as it is. */
const bomSchema = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), name: z.string(), version: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});
export type Bom = z.infer<typeof bomSchema>;

/** Everything that the lockfile names, with checksums and licences, as npm itself tells it (`npm sbom`). */
export async function bomOfLockfile(): Promise<Bom> {
  const { stdout } = await execa(
    'npm',
    // What is bundled is needed for development alone, by npm's lights.
    ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--include=dev'],
    { cwd: projectRoot, maxBuffer: 64 * 1024 * 1024 },
  );
  return bomSchema.parse(JSON.parse(stdout));
}

/**
 * The bill of materials of a packaged Signalbox: of all that the lockfile names what is shipped, and Electron.
 * @throws Error naming what is shipped without being in the lockfile.
 */
export function bomOfShipped(
  all: Bom,
  shipped: readonly { name: string; version: string }[],
  electron: { version: string },
): Bom {
  const refs = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const components = all.components.filter(({ name, version }) => refs.has(`${name}@${version}`));
  const known = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const unknown = [...refs].filter((ref) => !known.has(ref));
  if (unknown.length > 0) throw new Error(`shipped, but not in the lockfile: ${unknown.join(', ')}`);
  const root = all.metadata.component['bom-ref'];
  const runtime = `electron-runtime@${electron.version}`;
  const kept = new Set([root, ...components.map((one) => one['bom-ref'])]);
  return {
    ...all,
    metadata: {
      ...all.metadata,
      component: { ...all.metadata.component, type: 'application', name: 'Signalbox' },
    },
    components: [
      ...components.map((one) => ({ ...one, scope: 'required' })),
      {
        'bom-ref': runtime,
        type: 'framework',
        name: 'electron',
        version: electron.version,
        purl: `pkg:github/electron/electron@v${electron.version}`,
        licenses: [{ license: { id: 'MIT' } }],
        description:
          'With Chromium and Node.js; their licences lie beside the program, in LICENSES.chromium.html.',
      },
    ],
    dependencies: [
      ...all.dependencies
        .filter(({ ref }) => kept.has(ref))
        .map(({ ref, dependsOn = [] }) => ({
          ref,
          dependsOn: [...dependsOn.filter((one) => kept.has(one)), ...(ref === root ? [runtime] : [])],
        })),
      { ref: runtime, dependsOn: [] },
    ],
  };
}
