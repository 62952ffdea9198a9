import { createPublicKey } from 'node:crypto';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { buildApp } from './build';
import { type ElectronRuntime, ensureElectron, officialVersion } from './electron-runtime';
import { projectRoot } from './project';
import { runCommand, SetupError, say } from './say';

/**
 * `npm run package -- [arguments of electron-builder]`: the app as it is shipped, into release/. Without arguments, and
 * with `--dir`, an unpacked folder for this machine. What is shipped is the official Electron that package.json names;
 * where its release host can't be reached, the fallback of development makes such a folder, to be tested and never to be
 * given to anybody: About says so in it, and installers are refused.
 */
export async function run(args: string[]): Promise<void> {
  await runCommand(async () => {
    const onlyFolder = args.every((argument) => argument === '--dir');
    const electron = await ensureElectron();
    if (electron.kind === 'fallback' && !onlyFolder) {
      throw new SetupError(
        `Installers are made with Electron ${officialVersion()} alone, which can't be fetched here.`,
        'Make its release host reachable (or set ELECTRON_MIRROR), or make an unpacked folder: npm run package -- --dir',
      );
    }
    await buildApp();
    say(
      `packaging with Electron ${electron.version}${electron.kind === 'fallback' ? ' (the fallback)' : ''}`,
    );
    const wanted = onlyFolder ? ['--dir', ...onThisMachine(electron)] : args;
    const { exitCode } = await execa(
      'electron-builder',
      [
        ...wanted,
        ...updatesFrom(process.env.SIGNALBOX_RELEASES),
        `-c.extraMetadata.shippedElectron=${officialVersion()}`,
        ...provedBy(process.env.SIGNALBOX_UPDATE_KEY),
        '--publish',
        'never',
      ],
      {
        cwd: projectRoot,
        preferLocal: true,
        stdio: ['ignore', 'inherit', 'inherit'],
        reject: false,
      },
    );
    return exitCode ?? 1;
  });
}

/** A folder for this machine is made of the Electron that lies here already. */
function onThisMachine({ executable, version }: ElectronRuntime): string[] {
  // Of macOS the executable lies inside of the bundle: there it is fetched from the cache.
  if (process.platform === 'darwin') return [];
  return [`-c.electronDist=${dirname(executable)}`, `-c.electronVersion=${version}`];
}

/**
 * The key by which an installed app tells that a newer version is genuine: Ed25519, public, its SPKI form in Base64
 * (`electron/dev/sign-release.ts`). Without one it installs none.
 */
function provedBy(key: string | undefined): string[] {
  if (!key) return [];
  try {
    const { asymmetricKeyType } = createPublicKey({
      key: Buffer.from(key, 'base64'),
      format: 'der',
      type: 'spki',
    });
    if (asymmetricKeyType === 'ed25519') return [`-c.extraMetadata.updateKey=${key}`];
  } catch {
    // Told below.
  }
  throw new SetupError(
    'SIGNALBOX_UPDATE_KEY is no public Ed25519 key.',
    'Set it as docs/releasing.md says: SPKI, DER, in Base64.',
  );
}

/** Where installed apps look for newer ones: the GitHub releases of a repo (`owner/name`); without one they don't. */
function updatesFrom(repo: string | undefined): string[] {
  if (!repo) return [];
  const [owner, name, ...rest] = repo.split('/');
  if (!owner || !name || rest.length > 0)
    throw new SetupError(`SIGNALBOX_RELEASES is “${repo}”, which is no repo.`, 'Set it to owner/name.');
  return ['-c.publish.provider=github', `-c.publish.owner=${owner}`, `-c.publish.repo=${name}`];
}
