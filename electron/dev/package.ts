import { execa } from 'execa';
import { buildApp } from './build';
import { officialVersion } from './electron-runtime';
import { projectRoot } from './project';
import { runCommand, say } from './say';

/**
 * `npm run package -- [arguments of electron-builder]`: the app as it is shipped, into release/. Without arguments an
 * unpacked folder for this Linux. What is shipped is the official Electron that package.json names, which
 * electron-builder fetches from its release host; the fallback of development is never packaged.
 */
export async function run(args: string[]): Promise<void> {
  await runCommand(async () => {
    await buildApp();
    say(`packaging with Electron ${officialVersion()}`);
    const wanted = args.length > 0 ? args : ['--linux', 'dir'];
    const { exitCode } = await execa('electron-builder', [...wanted, '--publish', 'never'], {
      cwd: projectRoot,
      preferLocal: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      reject: false,
    });
    return exitCode ?? 1;
  });
}
